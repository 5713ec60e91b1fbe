package io.github.diffusion4j.docs.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.docs.Committed;
import io.github.diffusion4j.docs.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    /** A line of the guide is a solver's name, evaluations per step and three errors, which a line of the certificates must have. */
    @Test
    void the_guide_repeats_measured_errors() throws Exception {
        List<String> measured = Files.readAllLines(Path.of("certificates", "solvers.csv"));
        List<String[]> told = Files.readAllLines(Path.of("guides", "choose-a-solver.md")).stream()
                .filter(line -> line.matches("\\| .* \\| \\d \\|( [\\d.]+ \\|){3}")).map(line -> line.substring(2).split(" \\| | \\|")).toList();
        assertEquals(5, told.size());
        for (String[] cells : told) {
            String solver = cells[0].split(" = | in |, ")[0];
            String end = "," + cells[2] + "," + cells[3] + "," + cells[4];
            assertTrue(measured.stream().anyMatch(line -> line.startsWith(solver + ",") && line.endsWith(end) && line.split(",")[7].equals(cells[1])), String.join(" ", cells));
        }
    }
}
