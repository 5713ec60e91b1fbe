package io.github.diffusion4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.golden.GoldenRunner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recorded results of Diffusers (commit 58eb52c0, every float32 replaced by float64) and k-diffusion (4601bf0), and of ComfyUI's schedules. */
class GoldenTest {

    private static final Path RECORDED = Path.of("src/test/resources/golden");

    private static final Map<Path, String> REPORTS = new ConcurrentHashMap<>();

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private boolean run(Path folder) throws Exception {
        return GoldenRunner.run(new PrintStream(bytes, true, StandardCharsets.UTF_8), List.of(folder));
    }

    private String report() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    static List<Path> recorded() throws IOException {
        try (Stream<Path> files = Files.walk(RECORDED)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** What the runner says of a file, which is run once. */
    private static String report(Path file) {
        return REPORTS.computeIfAbsent(file, folder -> {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            try {
                GoldenRunner.run(new PrintStream(said, true, StandardCharsets.UTF_8), List.of(folder));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return said.toString(StandardCharsets.UTF_8);
        });
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void every_recorded_case_is_reproduced(Path file) {
        assertTrue(report(file).matches("(?s).*[1-9]\\d* passed, 0 failed\n"), () -> report(file));
    }

    @Test
    void no_case_is_missing() throws Exception {
        int cases = 0;
        for (Path file : recorded()) {
            cases += Integer.parseInt(report(file).replaceAll("(?s).*?(\\d+) passed, 0 failed\n", "$1"));
        }
        assertEquals(1531, cases);
    }

    @Test
    void what_is_wrong_or_unknown_counts_as_failed(@TempDir Path folder) throws Exception {
        String recorded = Files.readString(RECORDED.resolve("diffusers/DDIMParallelScheduler.json"));
        Files.writeString(folder.resolve("wrong-config.json"), recorded.replace("\"eta\":0.5", "\"eta\":0.5001"));
        Files.writeString(folder.resolve("unknown-class.json"), recorded.replace("\"DDIMParallelScheduler\"", "\"NoSuchScheduler\""));
        Files.writeString(folder.resolve("unknown-argument.json"), recorded.replace("\"eta\"", "\"theta\""));
        Files.writeString(folder.resolve("other-kind.json"), "[{\"transform\": \"haar\"}]");
        Files.writeString(folder.resolve("wrong-noise.json"), Files.readString(RECORDED.resolve("k-diffusion/k-diffusion.json")).replace("\"s_noise\":1.003", "\"s_noise\":1.004"));
        Files.writeString(folder.resolve("wrong-schedule.json"), Files.readString(RECORDED.resolve("schedules/comfyui.json")).replace("4.79653454", "4.7966"));
        Files.writeString(folder.resolve("wrong-guider.json"), Files.readString(RECORDED.resolve("guidance/TangentialClassifierFreeGuidance.json")).replace("\"guidance_scale\":4.0", "\"guidance_scale\":4.001"));
        Files.writeString(folder.resolve("object.json"), "{}");
        Files.writeString(folder.resolve("broken.json"), "[");
        assertFalse(run(folder));
        for (String line : List.of("DDIMParallelScheduler 0 8 Inf", "NoSuchScheduler 0 4 ", "sample_euler 5 11 ", "comfyui:karras 8 9 ", "unknown:other-kind.json 0 1 ",
                "TangentialClassifierFreeGuidance 7 9 ", "unknown:object.json 0 1 ", "unreadable:broken.json 0 1 ")) {
            assertTrue(report().contains("\n" + line), () -> line + " is not in " + report());
        }
    }

    @Test
    void an_empty_folder_does_not_pass(@TempDir Path folder) throws Exception {
        assertFalse(run(folder));
        assertEquals("0 passed, 0 failed\n", report());
    }
}
