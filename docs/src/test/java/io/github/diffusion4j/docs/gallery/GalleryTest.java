package io.github.diffusion4j.docs.gallery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.docs.Committed;
import io.github.diffusion4j.docs.Main;
import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import io.github.diffusion4j.docs.emoji.SolverPictures;
import io.github.diffusion4j.docs.figures.Sheet;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/** The committed gallery is what the library gives, to the last digits that platforms agree on. */
class GalleryTest {

    private static final Path COMMITTED = Path.of("gallery");

    @TempDir
    private static Path made;

    @BeforeAll
    static void draw() {
        assertEquals(0, Main.execute("gallery", "--no-pictures", "--out", made.toString()));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.endsWith(".png")).sorted().toList();
        }
    }

    @Test
    void the_committed_tables_are_the_librarys() throws IOException {
        Committed.assertSame(names(made), names(COMMITTED), "gallery --out docs/gallery");
        for (String name : names(made)) {
            double tolerance = name.endsWith(".csv") ? 1e-9 : 1e-5;
            if (!name.endsWith(".svg")) {
                compare(name, Files.readString(made.resolve(name)).split("[,|\n]"), Files.readString(COMMITTED.resolve(name)).replace("\r", "").split("[,|\n]"), tolerance);
            }
        }
    }

    private static void compare(String name, String[] made, String[] committed, double tolerance) {
        assertEquals(made.length, committed.length, name);
        for (int i = 0; i < made.length; i++) {
            if (!made[i].equals(committed[i])) {
                double expected = Double.parseDouble(made[i].trim());
                assertEquals(expected, Double.parseDouble(committed[i].trim()), tolerance * Math.abs(expected) + 1e-12, name + ", cell " + i);
            }
        }
    }

    /** What is in them is held where the network runs. */
    @Test
    void every_solver_has_a_row_of_pictures() throws IOException {
        for (Map.Entry<String, List<SolverCatalog.Entry>> family : Strips.families().entrySet()) {
            BufferedImage sheet = ImageIO.read(COMMITTED.resolve(family.getKey() + ".png").toFile());
            int rows = sheet.getHeight() / (SolverPictures.SCALE * EmojiNetwork.SIDE + Sheet.GAP);
            assertEquals(family.getValue().size(), rows, family.getKey());
            assertTrue(Files.readString(COMMITTED.resolve(family.getKey() + ".md")).contains("evaluations](" + family.getKey() + ".png)"), family.getKey());
        }
    }

    @Test
    void figures_have_texts_for_those_who_cannot_see_them() throws Exception {
        for (String name : names(COMMITTED)) {
            if (name.endsWith(".svg")) {
                Element svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(COMMITTED.resolve(name).toFile()).getDocumentElement();
                assertEquals("svg", svg.getTagName());
                assertFalse(svg.getElementsByTagName("title").item(0).getTextContent().isBlank(), name);
                assertTrue(svg.getElementsByTagName("desc").item(0).getTextContent().length() > 40, name);
            }
        }
    }
}
