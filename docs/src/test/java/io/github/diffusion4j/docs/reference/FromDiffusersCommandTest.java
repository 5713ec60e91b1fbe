package io.github.diffusion4j.docs.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.diffusion4j.docs.Committed;
import io.github.diffusion4j.docs.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FromDiffusersCommandTest {

    @Test
    void the_committed_table_is_what_the_library_says(@TempDir Path folder) throws Exception {
        Path made = folder.resolve("from-diffusers.md");
        assertEquals(0, Main.execute("from-diffusers", "--out", made.toString()));
        Committed.assertSame(Files.readAllLines(made), Files.readAllLines(Path.of("from-diffusers.md")), "from-diffusers --out docs/from-diffusers.md");
    }
}
