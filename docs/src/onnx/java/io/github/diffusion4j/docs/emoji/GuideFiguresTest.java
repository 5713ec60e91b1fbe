package io.github.diffusion4j.docs.emoji;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.docs.figures.Sheet;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pictures of the guides are what the network and the library draw now, and show what the guides say of them. */
class GuideFiguresTest {

    private static final Path FOLDER = Path.of("guides/pictures");
    private static final int SIDE = EmojiNetwork.SIDE;

    /**
     * Levels of 255. Another processor adds in another order: with outputs that differ by 1e-5 of themselves these pictures were one level apart. Names are not compared, since fonts differ.
     */
    private static final int NEAR = 3;

    private static final Map<String, List<List<HostArray>>> FIGURES = new LinkedHashMap<>();

    @BeforeAll
    static void draw() throws Exception {
        try (EmojiNetwork emoji = EmojiNetwork.open()) {
            for (GuideFigure figure : GuidesCommand.figures(emoji)) {
                FIGURES.put(figure.name(), figure.drawn(() -> { }));
            }
        }
    }

    @Test
    void the_committed_pictures_are_drawn_again() throws Exception {
        for (Map.Entry<String, List<List<HostArray>>> figure : FIGURES.entrySet()) {
            BufferedImage committed = ImageIO.read(FOLDER.resolve(figure.getKey() + ".png").toFile());
            List<List<HostArray>> rows = figure.getValue();
            for (int row = 0; row < rows.size(); row++) {
                List<HostArray> pictures = rows.get(row);
                for (int column = 0; column < pictures.size(); column++) {
                    int apart = apart(Sheet.image(pictures.get(column), 0), Sheet.picture(committed, SIDE, rows.size() - 1 - row, pictures.size() - 1 - column));
                    assertTrue(apart <= NEAR, figure.getKey() + ", row " + row + ", column " + column + " is " + apart
                            + " levels off; after mvn package -DskipTests run: java -jar docs/target/diffusion4j.jar guides --out docs/guides/pictures");
                }
            }
        }
    }

    /** The most that a colour of two pictures differs. */
    private static int apart(BufferedImage one, BufferedImage other) {
        return IntStream.range(0, SIDE * SIDE * EmojiNetwork.CHANNELS).map(i -> Math.abs(colour(one, i) - colour(other, i))).max().orElseThrow();
    }

    private static int colour(BufferedImage image, int i) {
        int place = i / EmojiNetwork.CHANNELS;
        return image.getRGB(place % SIDE, place / SIDE) >> Byte.SIZE * (i % EmojiNetwork.CHANNELS) & 0xFF;
    }

    private static double[] distances(List<HostArray> pictures, HostArray from) {
        return pictures.stream().mapToDouble(picture -> Errors.error(picture, from)).toArray();
    }

    private static void assertRising(double... values) {
        for (int k = 1; k < values.length; k++) {
            assertTrue(values[k] > values[k - 1], "rising: " + Arrays.toString(values));
        }
    }

    private static void assertBetween(double low, double value, double high) {
        assertTrue(low <= value && value <= high, value + " lies between " + low + " and " + high);
    }

    @Test
    void more_strength_is_farther_from_the_picture() {
        for (List<HostArray> row : FIGURES.get("strengths")) {
            double[] distances = distances(row, row.get(0));
            assertRising(distances);
            assertBetween(0.07, distances[1], 0.12);
            assertBetween(0.42, distances[5], 0.65);
        }
    }

    @Test
    void a_late_start_is_near_only_from_high_noise() {
        for (List<HostArray> row : FIGURES.get("late-starts")) {
            double[] distances = distances(row, row.get(0));
            assertRising(distances);
            assertBetween(0.06, distances[1], 0.11);
            assertBetween(0.2, distances[2], 0.5);
            assertBetween(0.7, distances[3], 1);
        }
    }

    @Test
    void what_a_mask_keeps_is_the_picture_bit_for_bit() {
        for (List<HostArray> row : FIGURES.get("masks")) {
            for (int drawn : new int[] {2, 4}) {
                double[] mask = row.get(drawn - 1).values();
                double[] picture = row.get(0).values();
                double[] values = row.get(drawn).values();
                double[] kept = IntStream.range(0, mask.length).filter(i -> mask[i] == 1).mapToDouble(i -> values[i] - picture[i]).toArray();
                assertTrue(kept.length >= 10 * SIDE * EmojiNetwork.CHANNELS);
                assertArrayEquals(new double[kept.length], kept);
                assertTrue(Errors.error(row.get(drawn), row.get(0)) > 0.2, "the rest is another picture");
            }
        }
    }

    @Test
    void the_parts_of_a_run_draw_between_the_two_runs() {
        for (List<HostArray> row : FIGURES.get("two-plans").subList(0, 2)) {
            assertRising(distances(row, row.get(0)));
            double[] fromFirst = distances(row, row.get(row.size() - 1));
            assertRising(IntStream.range(0, fromFirst.length).mapToDouble(k -> -fromFirst[k]).toArray());
        }
    }

    @Test
    void inversion_draws_the_picture_again_and_other_words_another() {
        for (List<HostArray> row : FIGURES.get("inversion")) {
            double[] distances = distances(row, row.get(0));
            assertBetween(0.015, distances[2], 0.1);
            assertBetween(0.06, distances[3], 0.3);
            assertBetween(0.4, distances[4], 0.8);
            assertBetween(0.34, Arrays.stream(row.get(1).values()).map(value -> value * value).average().orElseThrow(), 0.37);
        }
    }

    @Test
    void high_scales_leave_the_range_of_colours_and_rescaled_ones_less() {
        List<double[]> beyond = FIGURES.get("scales").stream()
                .map(row -> row.stream().mapToDouble(picture -> Arrays.stream(picture.values()).filter(value -> Math.abs(value) > 1.02).count() / (double) picture.length()).toArray()).toList();
        assertRising(beyond.get(0));
        assertRising(beyond.get(1));
        assertBetween(0.01, beyond.get(1)[2], 0.02);
        assertBetween(0.1, beyond.get(1)[3], 0.15);
        assertBetween(0.35, beyond.get(1)[5], 0.45);
        assertBetween(0.1, beyond.get(2)[5], 0.15);
    }

    @Test
    void a_seed_draws_the_same_bits_in_a_batch_and_over_a_break() {
        List<List<HostArray>> rows = FIGURES.get("seeds");
        for (List<HostArray> row : rows) {
            assertArrayEquals(row.get(0).values(), row.get(2).values());
            assertTrue(Errors.error(row.get(3), row.get(0)) > 0.1, "another seed is another picture");
        }
        assertArrayEquals(rows.get(0).get(0).values(), rows.get(0).get(1).values());
        assertArrayEquals(rows.get(2).get(0).values(), rows.get(2).get(1).values());
        assertTrue(Errors.error(rows.get(1).get(1), rows.get(1).get(0)) > 0.1, "one generator of Torch draws for the others too");
    }

    @Test
    void few_steps_come_near_many() {
        List<double[]> errors = FIGURES.get("few-steps").stream().map(row -> distances(row, row.get(row.size() - 1))).toList();
        errors.forEach(row -> assertRising(-row[0], -row[1], -row[2], -row[3], -row[4]));
        assertEquals(0.07, errors.get(1)[1], 0.01);
        assertEquals(0.02, errors.get(1)[3], 0.01);
        assertEquals(0.48, errors.get(2)[1], 0.05);
        assertEquals(0.03, errors.get(2)[3], 0.01);
        assertEquals(0.10, errors.get(3)[3], 0.02);
    }
}
