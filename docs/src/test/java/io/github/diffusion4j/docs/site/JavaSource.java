package io.github.diffusion4j.docs.site;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Java that stands in documents, compiled with all of the library imported. */
public final class JavaSource {

    private static final List<String> PACKAGES = List.of("core", "core.plan", "core.noise", "core.random", "core.training", "samplers", "samplers.diffusers", "samplers.names",
            "samplers.solvers", "schedules", "schedules.draws", "docs.explorer");

    /** What every text may take for granted. */
    public static final String IMPORTS = "import java.nio.file.*; import java.util.*; import org.nd4j.linalg.api.buffer.DataType; import org.nd4j.linalg.api.ndarray.INDArray; "
            + PACKAGES.stream().map(name -> "import io.github.diffusion4j." + name + ".*; ").collect(Collectors.joining());

    private JavaSource() {}

    /** The class path of the tests, from any folder. */
    public static String classpath() {
        String separator = System.getProperty("path.separator");
        return Stream.of(System.getProperty("java.class.path").split(separator)).map(entry -> Path.of(entry).toAbsolutePath().toString()).collect(Collectors.joining(separator));
    }

    /** Compiles files into a folder, or fails with what the compiler says. */
    public static void compile(Path folder, List<Path> sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(problems, null, null)) {
            boolean compiled = compiler.getTask(null, files, problems, List.of("-d", folder.toString(), "-cp", classpath(), "-proc:none"), null,
                    files.getJavaFileObjectsFromPaths(sources)).call();
            assertTrue(compiled, () -> problems.getDiagnostics().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }
}
