package io.github.diffusion4j.docs.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.diffusion4j.docs.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceCommandTest {

    @ParameterizedTest
    @ValueSource(strings = {"schedules.md", "spacings.md", "solvers.md"})
    void the_committed_tables_are_what_the_library_says(String file, @TempDir Path folder) throws Exception {
        assertEquals(0, Main.execute("reference", "certificates/solvers.csv", "--out", folder.toString()));
        assertEquals(Files.readString(folder.resolve(file)), Files.readString(Path.of("reference", file)));
    }
}
