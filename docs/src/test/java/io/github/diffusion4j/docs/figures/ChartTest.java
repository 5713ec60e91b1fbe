package io.github.diffusion4j.docs.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class ChartTest {

    private static final int CASES = 300;

    @BeforeAll
    static void headless() {
        System.setProperty("java.awt.headless", "true");
    }

    /** Whatever the numbers: an axis holds them all, its ticks lie on it in equal steps of numbers or among whole powers of ten, few of them, each with a text of its own. */
    @Test
    void axes_hold_their_data_and_have_few_ticks() {
        Random random = new Random(7);
        for (int i = 0; i < CASES; i++) {
            boolean logarithmic = i % 2 == 0;
            double scale = Math.pow(10, random.nextInt(13) - 6);
            double[] values = random.doubles(2 + random.nextInt(20)).map(u -> logarithmic ? scale * Math.exp(8 * (u - 0.5)) : scale * (u - 0.3)).toArray();
            Axis axis = Axis.over(logarithmic, true, values);
            assertTrue(Arrays.stream(values).map(axis::place).allMatch(place -> place >= -1e-9 && place <= 1 + 1e-9), () -> axis + " of " + Arrays.toString(values));
            double[] ticks = axis.ticks();
            assertTrue(ticks.length >= 2 && ticks.length <= 11, () -> axis + ": " + Arrays.toString(ticks));
            assertTrue(Arrays.stream(ticks).map(axis::place).allMatch(place -> place >= -1e-9 && place <= 1 + 1e-9), () -> axis + ": " + Arrays.toString(ticks));
            assertEquals(ticks.length, Arrays.stream(ticks).mapToObj(axis::text).distinct().count(), () -> axis + ": " + Arrays.stream(ticks).mapToObj(axis::text).toList());
            assertTrue(Arrays.stream(ticks).allMatch(tick -> Math.abs(Double.parseDouble(axis.text(tick)) - tick) <= 1e-9 * Math.abs(tick)), () -> axis + ": " + Arrays.stream(ticks).mapToObj(axis::text).toList());
        }
    }

    @Test
    void axes_of_nothing_and_of_one_number_have_a_length() {
        for (double[] values : new double[][] {{}, {3}, {0, 0}, {Double.NaN, Double.POSITIVE_INFINITY}, {-2}}) {
            for (boolean logarithmic : new boolean[] {true, false}) {
                for (boolean whole : new boolean[] {true, false}) {
                    Axis axis = Axis.over(logarithmic, whole, values);
                    assertTrue(axis.low() < axis.high() && axis.ticks().length > 0, axis + " of " + Arrays.toString(values));
                }
            }
        }
    }

    /** The law of Douglas and Peucker: no point that is left out lies farther than a tenth of a pixel from the line through those that stay. */
    @Test
    void thinned_lines_run_where_all_points_are() {
        Random random = new Random(11);
        for (int i = 0; i < CASES; i++) {
            int count = 2 + random.nextInt(400);
            double[] xs = IntStream.range(0, count).mapToDouble(k -> k * 2.0).toArray();
            double bend = random.nextDouble();
            double[] ys = IntStream.range(0, count).mapToDouble(k -> 100 * Math.sin(bend * k / 20.0)).toArray();
            double[][] kept = Polyline.thinned(xs, ys);
            assertEquals(xs[0], kept[0][0]);
            assertEquals(xs[count - 1], kept[0][kept[0].length - 1]);
            for (int k = 0; k < count; k++) {
                int after = 1;
                while (after < kept[0].length - 1 && kept[0][after] < xs[k]) {
                    after++;
                }
                double share = (xs[k] - kept[0][after - 1]) / (kept[0][after] - kept[0][after - 1]);
                double slope = (kept[1][after] - kept[1][after - 1]) / (kept[0][after] - kept[0][after - 1]);
                double off = Math.abs(ys[k] - kept[1][after - 1] - share * (kept[1][after] - kept[1][after - 1])) / Math.hypot(1, slope);
                assertTrue(off <= 0.1 + 1e-9, "point " + k + " is off by " + off);
            }
        }
    }

    @Test
    void a_line_is_broken_where_it_has_no_value() {
        double[][] kept = Polyline.thinned(new double[] {0, 1, 2, 3, 4}, 1, 1, Double.NaN, 1, 1);
        assertEquals(5, kept[0].length);
        assertTrue(new Chart("gap", "x", "y", false).line("a", new double[] {0, 1, 2, 3, 4}, new double[] {1, 1, Double.NaN, 1, 1}).svg().toString().matches("(?s).*<path [^>]*d=\"M[^M]*M[^M]*\".*"));
    }

    @Test
    void charts_have_title_description_caption_and_legend() throws Exception {
        Look look = new Look(640, 400, "Words <below> & more.", true, true);
        Chart chart = new Chart("A <title>", "across", "up", look).line("first", new double[] {1, 10, 100}, new double[] {0, 1, 1000}).points("second", new double[] {1, 10}, new double[] {5, Double.NaN});
        Element svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(chart.svg().toString().getBytes(StandardCharsets.UTF_8))).getDocumentElement();
        assertEquals("A <title>", svg.getElementsByTagName("title").item(0).getTextContent());
        assertEquals("Words <below> & more. up over across: first from 0 to 1000; second from 5 to 5.", svg.getElementsByTagName("desc").item(0).getTextContent());
        assertEquals("640", svg.getAttribute("width"));
        assertEquals("418", svg.getAttribute("height"));
        assertEquals(4, svg.getElementsByTagName("path").getLength());
        assertEquals(1, svg.getElementsByTagName("circle").getLength());
    }

    @Test
    void pictures_have_the_density_that_was_asked_for() throws Exception {
        Svg svg = new Chart("t", "x", "y", false).line("a", new double[] {0, 1}, new double[] {0, 1}).svg();
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(Chart.bytes(svg, "png", 300)));
        assertEquals(2500, picture.getWidth());
        assertEquals(1500, picture.getHeight());
        assertTrue(IntStream.range(0, picture.getWidth()).anyMatch(x -> (picture.getRGB(x, 750) & 0xFFFFFF) == 0x0B6FB3), "the line has the first colour");
        assertThrows(IllegalArgumentException.class, () -> Chart.bytes(svg, "png", 0));
        assertThrows(IllegalArgumentException.class, () -> Chart.bytes(svg, "png", 1e6));
        assertThrows(IllegalArgumentException.class, () -> Chart.bytes(svg, "bmp", 96));
        assertThrows(IllegalArgumentException.class, () -> new Look(10, 400, "", false, false));
        assertThrows(IllegalArgumentException.class, () -> new Chart("t", "x", "y", false).line("a", new double[2], new double[3]));
    }
}
