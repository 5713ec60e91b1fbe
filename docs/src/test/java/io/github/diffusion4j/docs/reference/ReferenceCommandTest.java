package io.github.diffusion4j.docs.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.docs.Committed;
import io.github.diffusion4j.docs.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceCommandTest {

    @ParameterizedTest
    @ValueSource(strings = {"schedules.md", "spacings.md", "solvers.md"})
    void the_committed_tables_are_what_the_library_says(String file, @TempDir Path folder) throws Exception {
        assertEquals(0, Main.execute("reference", "certificates/solvers.csv", "--out", folder.toString()));
        Committed.assertSame(Files.readAllLines(folder.resolve(file)), Files.readAllLines(Path.of("reference", file)), "reference docs/certificates/solvers.csv --out docs/reference");
    }

    /** A line of the guide is a solver's name as in the catalog, evaluations per step and three errors. */
    @Test
    void the_guide_repeats_measured_errors() throws Exception {
        List<String> measured = Files.readAllLines(Path.of("certificates", "solvers.csv"));
        List<String[]> told = Files.readAllLines(Path.of("guides", "choose-a-solver.md")).stream()
                .filter(line -> line.matches("\\| .* \\| \\d \\|( [\\d.]+ \\|){3}")).map(line -> line.substring(2).split(" \\| | \\|")).toList();
        assertEquals(7, told.size());
        List<String> head = List.of(measured.get(0).split(","));
        List<Integer> columns = Stream.of("evaluations_per_step", "error_at_10", "error_at_20", "error_at_50").map(head::indexOf).toList();
        for (String[] cells : told) {
            List<String> row = measured.stream().map(line -> line.split(",")).filter(line -> cells[0].split(" \\(")[0].equals((line[0] + " " + line[1]).strip()))
                    .map(line -> columns.stream().map(column -> line[column]).toList()).findFirst().orElseThrow(() -> new AssertionError("no certificate for " + cells[0]));
            assertEquals(row, List.of(cells).subList(1, 5), cells[0]);
        }
    }

    /** Errors with few evaluations, and which are the best, are lines of the race. */
    @Test
    void the_guide_repeats_the_race() throws Exception {
        List<String> measured = Files.readAllLines(Path.of("certificates", "grids.md"));
        List<String> told = Files.readAllLines(Path.of("guides", "choose-a-solver.md")).stream().filter(line -> line.contains(" ± ")).toList();
        assertTrue(told.size() >= 6, () -> told.size() + " lines");
        told.forEach(line -> assertTrue(measured.contains(line), line));
    }
}
