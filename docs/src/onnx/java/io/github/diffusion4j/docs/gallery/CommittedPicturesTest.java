package io.github.diffusion4j.docs.gallery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import io.github.diffusion4j.docs.emoji.SolverPictures;
import io.github.diffusion4j.docs.figures.Sheet;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** The committed pictures of some solvers, of one step at a time, of several evaluations and with noise, are what the network and the library draw. */
class CommittedPicturesTest {

    private static final int SIDE = SolverPictures.SCALE * EmojiNetwork.SIDE;
    private static final int PITCH = SIDE + Sheet.GAP;
    private static final int END = Sheet.MARGIN - Sheet.GAP;
    /** Of 255. */
    private static final int LEVELS = 4;

    @Test
    void some_are_drawn_again() throws Exception {
        try (EmojiNetwork network = EmojiNetwork.open()) {
            for (String file : List.of("solver-ipndm", "solver-dpm-solver-fast", "solver-ddpm")) {
                List<List<BufferedImage>> drawn = SolverPictures.draw(network, Strips.families().get(file));
                BufferedImage sheet = ImageIO.read(Path.of("gallery", file + ".png").toFile());
                for (int row = 0; row < drawn.size(); row++) {
                    for (int column = 0; column < SolverPictures.EVALUATIONS.size(); column++) {
                        int left = sheet.getWidth() - END - (SolverPictures.EVALUATIONS.size() - column) * PITCH;
                        int top = sheet.getHeight() - END - (drawn.size() - row) * PITCH;
                        compare(drawn.get(row).get(column), sheet.getSubimage(left, top, SIDE, SIDE), file + ", row " + row + ", column " + column);
                    }
                }
            }
        }
    }

    private static void compare(BufferedImage drawn, BufferedImage committed, String what) {
        for (int place = 0; place < SIDE * SIDE; place++) {
            int expected = committed.getRGB(place % SIDE, place / SIDE);
            int actual = drawn.getRGB(place % SIDE / SolverPictures.SCALE, place / SIDE / SolverPictures.SCALE);
            for (int shift = 0; shift < 24; shift += 8) {
                assertEquals(expected >> shift & 255, actual >> shift & 255, LEVELS, what);
            }
        }
    }
}
