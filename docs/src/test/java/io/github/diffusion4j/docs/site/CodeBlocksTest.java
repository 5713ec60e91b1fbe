package io.github.diffusion4j.docs.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every {@code java} block of README and the docs folder compiles and runs as it is copied: with the imports that its page shows, and what {@link Prelude} takes for granted. */
class CodeBlocksTest {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\\n(.*?)^```");
    private static final Pattern QUOTATION = Pattern.compile("(?ms)^```java (\\S+)\\n(.*?)^```");

    /** A block of nothing but imports: those of its page. */
    private static boolean isImports(String block) {
        return block.lines().allMatch(line -> line.startsWith("import "));
    }

    /** The sources of the blocks by the names of their classes, which tell file and line. */
    private static Map<String, String> blocks() throws IOException {
        List<Path> files = new ArrayList<>(List.of(Path.of("../README.md"), Path.of("index.md"), Path.of("concepts.md")));
        try (Stream<Path> guides = Files.list(Path.of("guides"))) {
            guides.filter(file -> file.toString().endsWith(".md")).forEach(files::add);
        }
        Map<String, String> blocks = new TreeMap<>();
        for (Path file : files) {
            String text = Files.readString(file).replace("\r", "");
            Matcher matcher = BLOCK.matcher(text);
            String imports = "";
            while (matcher.find()) {
                String name = file.getFileName().toString().replaceAll("\\W", "_") + "_line_" + (1 + text.substring(0, matcher.start()).lines().count());
                imports = isImports(matcher.group(1)) ? matcher.group(1) : imports;
                blocks.put(name, imports + "class " + name + " extends io.github.diffusion4j.docs.site.Prelude { static void run() throws Exception {\n"
                        + (isImports(matcher.group(1)) ? "" : matcher.group(1)) + "} }\n");
            }
        }
        return blocks;
    }

    @Test
    void every_block_compiles_and_runs(@TempDir Path folder) throws Exception {
        Map<String, String> blocks = blocks();
        assertTrue(blocks.size() >= 25, "found " + blocks.keySet());
        List<Path> sources = new ArrayList<>();
        StringBuilder calls = new StringBuilder();
        for (Map.Entry<String, String> block : blocks.entrySet()) {
            Path source = folder.resolve(block.getKey() + ".java");
            Files.writeString(source, block.getValue());
            sources.add(source);
            calls.append("System.err.println(\"").append(block.getKey()).append("\"); ").append(block.getKey()).append(".run();\n");
        }
        Path main = folder.resolve("AllBlocks.java");
        Files.writeString(main, "class AllBlocks { public static void main(String[] arguments) throws Exception {\n" + calls + "System.exit(0); } }\n");
        sources.add(main);
        JavaSource.compile(folder, sources);

        Path config = Files.createDirectories(folder.resolve("model/scheduler")).resolve("scheduler_config.json");
        Files.writeString(config, Prelude.MODEL);
        Path log = folder.resolve("log.txt");
        ProcessBuilder blocksRun = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-cp",
                folder + System.getProperty("path.separator") + JavaSource.classpath(), "AllBlocks").directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
        blocksRun.environment().put("OMP_NUM_THREADS", "1"); // small networks would spend their time in starting threads
        Process process = blocksRun.start();
        assertTrue(process.waitFor(3, TimeUnit.MINUTES), "the blocks do not end");
        assertEquals(0, process.exitValue(), () -> tail(log));
    }

    /** A block {@code java FILE} shows lines of that file, which its own test compiles and runs. */
    @Test
    void every_block_of_a_file_stands_in_that_file() throws IOException {
        int found = 0;
        try (Stream<Path> guides = Files.list(Path.of("guides"))) {
            for (Path guide : guides.filter(file -> file.toString().endsWith(".md")).toList()) {
                Matcher matcher = QUOTATION.matcher(Files.readString(guide).replace("\r", ""));
                while (matcher.find()) {
                    found++;
                    String source = unindented(Files.readString(Path.of(matcher.group(1))));
                    assertTrue(source.contains(unindented(matcher.group(2))), guide + " shows lines that are not in " + matcher.group(1) + ":\n" + matcher.group(2));
                }
            }
        }
        assertTrue(found >= 4, "found " + found);
    }

    private static String unindented(String java) {
        return java.replace("\r", "").replaceAll("(?m)^ +", "");
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
