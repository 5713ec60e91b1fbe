package io.github.diffusion4j.docs.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.docs.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkPrecisionCommandTest {

    @BeforeAll
    static void headless() {
        System.setProperty("java.awt.headless", "true");
    }

    @Test
    void the_committed_certificates_can_be_drawn(@TempDir Path folder) throws Exception {
        Path figure = folder.resolve("figure.svg");
        assertEquals(0, Main.execute("work-precision", "certificates/solvers.csv", "--out", figure.toString()));
        String svg = Files.readString(figure);
        assertEquals(6 + 6, svg.split("<path ").length - 1, "lines and their legend");
        assertTrue(svg.contains("<title>UniPC order 2 BH2</title>") && svg.length() < 10_000, svg.length() + " characters");
    }

    @Test
    void a_table_without_a_drawn_solver_is_refused(@TempDir Path folder) throws Exception {
        Path table = folder.resolve("empty.csv");
        Files.writeString(table, "solver,variant\n");
        assertEquals(1, Main.execute("work-precision", table.toString(), "--out", folder.resolve("figure.svg").toString()));
    }
}
