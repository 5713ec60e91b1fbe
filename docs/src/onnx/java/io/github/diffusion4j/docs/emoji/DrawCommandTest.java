package io.github.diffusion4j.docs.emoji;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.docs.Main;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawCommandTest {

    @TempDir
    private Path folder;

    private int draw(String words, String... further) {
        String[] all = new String[5 + further.length];
        System.arraycopy(new String[] {"draw", "--out", folder.resolve("pictures").toString(), "--words", words}, 0, all, 0, 5);
        System.arraycopy(further, 0, all, 5, further.length);
        return Main.execute(all);
    }

    @Test
    void a_page_of_pictures_is_written_and_its_hearts_are_red() throws Exception {
        assertEquals(0, draw("noto red heart, fxemoji  red heart", "--steps", "4"));
        String page = Files.readString(folder.resolve("pictures/index.html"));
        for (String file : new String[] {"pictures.png", "solvers.png", "way.png", "noise.svg"}) {
            assertTrue(page.contains("src=\"" + file + "\"") && Files.size(folder.resolve("pictures").resolve(file)) > 2000, file);
        }
        assertTrue(page.contains("network.of(\"fxemoji red heart\")"));
        BufferedImage sheet = ImageIO.read(folder.resolve("pictures/pictures.png").toFile());
        int red = 0;
        for (int x = 0; x < sheet.getWidth(); x++) {
            int colour = sheet.getRGB(x, sheet.getHeight() / 2 + 12);
            red += (colour >> 16 & 255) > 200 && (colour >> 8 & 255) < 100 ? 1 : 0;
        }
        assertTrue(red > 100, "red pixels in the middle of two hearts: " + red);
    }

    @Test
    void what_cannot_be_drawn_is_said_before_anything_is() {
        assertEquals(1, draw("red heart, zeppelin"));
        assertEquals(1, draw(" , "));
        assertEquals(1, draw("red heart", "--guidance", "0.5"));
        assertTrue(Files.notExists(folder.resolve("pictures")));
    }
}
