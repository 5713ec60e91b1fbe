package io.github.diffusion4j.docs.gallery;

import java.util.Arrays;
import java.util.Locale;

/** A rectangle with axes: linear from the numbers of the data to places in the figure. */
record Panel(Svg svg, double left, double top, double width, double height, double[] xs, double[] ys) {

    private static final int TICKS = 5;
    /** A curve that is constant but for rounding is drawn as one. */
    private static final double SMALLEST_RANGE = 0.1;

    /** A panel whose axes hold the values, rounded outwards to whole ticks in y. */
    static Panel over(Svg svg, double[] box, double[] xs, double... ys) {
        return new Panel(svg, box[0], box[1], box[2], box[3], range(xs, false), range(ys, true));
    }

    private static double[] range(double[] values, boolean whole) {
        double low = Arrays.stream(values).filter(Double::isFinite).min().orElse(0);
        double high = Arrays.stream(values).filter(Double::isFinite).max().orElse(1);
        double step = whole ? step(low, high) : 0;
        return whole ? new double[] {Math.floor(low / step) * step, Math.ceil(high / step) * step} : new double[] {low, high};
    }

    /** The distance of ticks: 1, 2 or 5 times a power of ten. */
    private static double step(double low, double high) {
        double raw = Math.max(high - low, SMALLEST_RANGE * Math.abs(high)) / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        return power * (raw / power < 1.5 ? 1 : raw / power < 3.5 ? 2 : raw / power < 7.5 ? 5 : 10);
    }

    double x(double value) {
        return left + (value - xs[0]) / (xs[1] - xs[0]) * width;
    }

    double y(double value) {
        return top + height - (value - ys[0]) / (ys[1] - ys[0]) * height;
    }

    Panel axes(String title, String below) {
        svg.label("head", left, top - 10, title);
        double down = step(ys[0], ys[1]);
        for (int k = (int) Math.rint(ys[0] / down); k <= Math.rint(ys[1] / down); k++) {
            svg.line("grid", left, y(k * down), left + width, y(k * down));
            svg.label("tick end", left - 6, y(k * down) + 4, number(k * down, down));
        }
        return across(below);
    }

    /** The horizontal axis alone. */
    Panel across(String below) {
        double across = step(xs[0], xs[1]);
        for (int k = (int) Math.ceil(xs[0] / across - 1e-9); k * across <= xs[1] + 1e-9 * across; k++) {
            svg.line("axis", x(k * across), top + height, x(k * across), top + height + 4);
            svg.label("tick middle", x(k * across), top + height + 17, number(k * across, across));
        }
        svg.line("axis", left, top + height, left + width, top + height);
        svg.label("note middle", left + width / 2, top + height + 34, below);
        return this;
    }

    private static String number(double value, double step) {
        int digits = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
        return String.format(Locale.ROOT, "%." + digits + "f", value == 0 ? 0.0 : value);
    }

    void curve(String style, double[] x, double[] y, String title) {
        svg.path(style, Arrays.stream(x).map(this::x).toArray(), Arrays.stream(y).map(this::y).toArray(), title);
    }
}
