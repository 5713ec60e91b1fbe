package io.github.diffusion4j.docs.figures;

import io.github.diffusion4j.samplers.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Lines and points over two axes with a legend, as SVG for light and dark screens, PNG or PDF. */
public final class Chart {

    /** Dots to the inch of a PNG whose density nobody chose: twice those of CSS. */
    public static final double DENSITY = 192;

    private static final double LETTER = 6.4;
    private static final double LINE = 18;
    private static final double SWATCH = 26;
    private static final double[] MARGIN = {32, 20, 56, 64};

    private final String title;
    private final String x;
    private final String y;
    private final Look look;
    private final List<Series> series = new ArrayList<>();

    /** What is drawn in one colour; points have a line through them, a line has none. */
    private record Series(String name, double[] xs, double[] ys, boolean dotted) {}

    /**
     * An empty chart.
     *
     * @param title the title
     * @param x the label of the x axis
     * @param y the label of the y axis
     * @param look its size, its caption and what its axes are
     */
    public Chart(String title, String x, String y, Look look) {
        this.title = title;
        this.x = x;
        this.y = y;
        this.look = look;
    }

    /**
     * An empty chart of the usual look.
     *
     * @param title the title
     * @param x the label of the x axis
     * @param y the label of the y axis
     * @param logarithmic whether the y axis is logarithmic
     */
    public Chart(String title, String x, String y, boolean logarithmic) {
        this(title, x, y, Look.USUAL.logarithmic(false, logarithmic));
    }

    /**
     * Adds a line; values that are not finite, or not positive on a logarithmic axis, are left out.
     *
     * @param name the name in the legend
     * @param xs the x values
     * @param ys the y values
     * @return this chart
     */
    public Chart line(String name, double[] xs, double[] ys) {
        return series(name, xs, ys, false);
    }

    /**
     * Adds points with a line through them.
     *
     * @param name the name in the legend
     * @param xs the x values
     * @param ys the y values
     * @return this chart
     */
    public Chart points(String name, double[] xs, double[] ys) {
        return series(name, xs, ys, true);
    }

    private Chart series(String name, double[] xs, double[] ys, boolean dotted) {
        if (xs.length != ys.length) {
            throw new IllegalArgumentException(name + " has " + xs.length + " x values and " + ys.length + " y values");
        }
        series.add(new Series(name, xs.clone(), ys.clone(), dotted));
        return this;
    }

    /**
     * Writes the chart.
     *
     * @param file a file that ends in .svg, .png or .pdf
     * @throws IOException if the file cannot be written
     */
    public void write(Path file) throws IOException {
        String name = file.toString();
        WholeFile.write(file, bytes(svg(), name.substring(name.lastIndexOf('.') + 1), DENSITY));
    }

    /**
     * A figure as a file.
     *
     * @param svg the figure
     * @param format svg, png or pdf
     * @param density dots to the inch of a PNG
     * @return the file's bytes
     * @throws IOException if it cannot be drawn
     * @throws IllegalArgumentException if there is no such format
     */
    public static byte[] bytes(Svg svg, String format, double density) throws IOException {
        return switch (format) {
            case "svg" -> svg.toString().getBytes(StandardCharsets.UTF_8);
            case "png" -> Print.png(svg, density);
            case "pdf" -> Print.pdf(svg);
            default -> throw new IllegalArgumentException("figures are written as svg, png or pdf, not as " + format);
        };
    }

    /**
     * The chart as a figure.
     *
     * @return the figure
     */
    public Svg svg() {
        double legend = series.size() < 2 ? 0 : SWATCH + 12 + LETTER * series.stream().mapToInt(line -> line.name().length()).max().orElse(0);
        Svg svg = new Svg(look.width(), look.height() - Svg.heading(), title, description());
        double[] box = {MARGIN[3], MARGIN[0], look.width() - MARGIN[3] - MARGIN[1] - legend, svg.height() - MARGIN[0] - MARGIN[2]};
        Panel panel = Panel.of(svg, box, Axis.over(look.logarithmicAcross(), false, all(Series::xs)), Axis.over(look.logarithmicUp(), true, all(Series::ys))).axes("", x);
        svg.label("note", MARGIN[3], box[1] - 12, y);
        for (int k = 0; k < series.size(); k++) {
            draw(svg, panel, k);
            if (legend > 0) {
                double row = box[1] + 8 + k * LINE;
                svg.path(Svg.line(k), new double[] {box[0] + box[2] + 12, box[0] + box[2] + 12 + SWATCH - 6}, new double[] {row, row}, series.get(k).name());
                svg.label(Svg.filled(k), box[0] + box[2] + 12 + SWATCH, row + 4, series.get(k).name());
            }
        }
        return svg.framed(MARGIN[3], look.caption());
    }

    private double[] all(Function<Series, double[]> values) {
        return series.stream().map(values).flatMapToDouble(Arrays::stream).toArray();
    }

    private void draw(Svg svg, Panel panel, int number) {
        Series line = series.get(number);
        panel.curve(Svg.line(number), line.xs(), line.ys(), line.name());
        if (line.dotted()) {
            for (int i = 0; i < line.xs().length; i++) {
                double[] place = {panel.x(line.xs()[i]), panel.y(line.ys()[i])};
                if (Double.isFinite(place[0]) && Double.isFinite(place[1])) {
                    svg.dot(Svg.filled(number), place[0], place[1], line.name() + ": " + rounded(line.xs()[i]) + ", " + rounded(line.ys()[i]));
                }
            }
        }
    }

    private String description() {
        return look.caption() + (look.caption().isEmpty() ? "" : " ") + y + " over " + x + ": " + series.stream().map(Chart::ends).collect(Collectors.joining("; ")) + ".";
    }

    /** Where a line starts and ends, as far as it is drawn. */
    private static String ends(Series line) {
        double[] drawn = Arrays.stream(line.ys()).filter(Double::isFinite).toArray();
        return line.name() + (drawn.length == 0 ? ", nothing" : " from " + rounded(drawn[0]) + " to " + rounded(drawn[drawn.length - 1]));
    }

    /**
     * A number for readers: four digits, infinities in words.
     *
     * @param value a number
     * @return its text
     */
    public static String rounded(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4g", value).replaceFirst("\\.0+$|(\\.\\d*?)0+$", "$1") : value > 0 ? "infinity" : "minus infinity";
    }
}
