package io.github.diffusion4j.docs.bridges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that hold their arrays in Java's own memory are run with the three modules, Jackson, Hipparchus and ONNX Runtime alone. The compiler needs one jar more, nd4j-api without its
 * dependencies: plans are also runs over ND4J's arrays, and it looks at their types.
 */
class WithoutNd4jTest {

    private static final Pattern WANTED = Pattern.compile(".*(scheduler-core|schedules|samplers|jackson|hipparchus|onnxruntime)[^/\\\\]*([/\\\\]target[/\\\\].*|\\.jar)");
    /** The programs, and what they use of docs. */
    private static final List<Path> SOURCES = List.of(Path.of("src/onnx/java/io/github/diffusion4j/docs/bridges/DrawModelFolder.java"),
            Path.of("src/onnx/java/io/github/diffusion4j/docs/bridges/UsesWithoutNd4j.java"), Path.of("src/main/java/io/github/diffusion4j/docs/bridges/OnnxModel.java"));

    @TempDir
    private static Path folder;
    private static String classPath;

    @BeforeAll
    static void compile() throws IOException {
        String libraries = entries(entry -> WANTED.matcher(entry).matches() && !entry.contains("nd4j"));
        String compiler = libraries + File.pathSeparator + entries(entry -> entry.matches(".*nd4j-api-[^/\\\\]*[.]jar"));
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = javac.getStandardFileManager(null, null, null)) {
            boolean compiled = javac.getTask(messages, files, null, List.of("-classpath", compiler, "-d", folder.toString(), "-proc:none"), null,
                    files.getJavaFileObjectsFromPaths(SOURCES)).call();
            assertTrue(compiled, messages.toString());
        }
        classPath = folder + File.pathSeparator + libraries;
    }

    private static String entries(Predicate<String> wanted) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).filter(wanted).collect(Collectors.joining(File.pathSeparator));
    }

    private static String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Djava.awt.headless=true", "-cp", classPath));
        command.addAll(Arrays.asList(arguments));
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertTrue(process.waitFor(2, TimeUnit.MINUTES), "the program did not end");
        assertEquals(0, process.exitValue(), Files.readString(output));
        return Files.readString(output);
    }

    private static String[] arguments(Path picture) throws IOException {
        return Stream.concat(Stream.of(OwnModelTest.EMOJI.toString(), picture.toString(), "words"), Arrays.stream(OwnModelTest.numbers("noto red heart")).mapToObj(Long::toString)).toArray(String[]::new);
    }

    @Test
    void a_model_folder_is_loaded_sampled_and_drawn() throws Exception {
        Path drawn = folder.resolve("drawn.png");
        Path here = folder.resolve("here.png");
        run(Stream.concat(Stream.of(DrawModelFolder.class.getName()), Stream.of(arguments(drawn))).toArray(String[]::new));
        DrawModelFolder.main(arguments(here));
        BufferedImage expected = ImageIO.read(here.toFile());
        BufferedImage actual = ImageIO.read(drawn.toFile());
        assertArrayEquals(expected.getRGB(0, 0, 32, 32, null, 0, 32), actual.getRGB(0, 0, 32, 32, null, 0, 32));
        assertTrue(Arrays.stream(actual.getRGB(0, 0, 32, 32, null, 0, 32)).distinct().count() > 50, "a picture has colours");
    }

    @Test
    void tables_plans_noise_training_and_serialization_need_no_arrays_of_others() throws Exception {
        assertEquals("all of it", run(UsesWithoutNd4j.class.getName()).strip());
    }
}
