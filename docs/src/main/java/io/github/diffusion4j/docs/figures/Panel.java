package io.github.diffusion4j.docs.figures;

import java.util.Arrays;

/**
 * A rectangle with axes: from the numbers of the data to places in the figure.
 *
 * @param svg the figure
 * @param left the rectangle
 * @param top the rectangle
 * @param width the rectangle
 * @param height the rectangle
 * @param across the axis below
 * @param up the axis at the left
 */
public record Panel(Svg svg, double left, double top, double width, double height, Axis across, Axis up) {

    /**
     * A panel whose axes hold the values, rounded outwards to whole ticks in y.
     *
     * @param svg the figure
     * @param box left, top, width and height
     * @param xs the values across
     * @param ys the values upwards
     * @return the panel
     */
    public static Panel over(Svg svg, double[] box, double[] xs, double... ys) {
        return of(svg, box, Axis.over(false, false, xs), Axis.over(false, true, ys));
    }

    static Panel of(Svg svg, double[] box, Axis across, Axis up) {
        return new Panel(svg, box[0], box[1], box[2], box[3], across, up);
    }

    /**
     * Where a number stands.
     *
     * @param value a number
     * @return its place across
     */
    public double x(double value) {
        return left + across.place(value) * width;
    }

    /**
     * Where a number stands.
     *
     * @param value a number
     * @return its place from above
     */
    public double y(double value) {
        return top + height - up.place(value) * height;
    }

    /**
     * Draws both axes.
     *
     * @param title what stands above
     * @param below what stands below
     * @return this
     */
    public Panel axes(String title, String below) {
        svg.label("head", left, top - 10, title);
        for (double tick : up.ticks()) {
            svg.line("grid", left, y(tick), left + width, y(tick));
            svg.label("tick end", left - 6, y(tick) + 4, up.text(tick));
        }
        return across(below);
    }

    /**
     * Draws the horizontal axis alone.
     *
     * @param below what stands below
     * @return this
     */
    public Panel across(String below) {
        for (double tick : across.ticks()) {
            svg.line("axis", x(tick), top + height, x(tick), top + height + 4);
            svg.label("tick middle", x(tick), top + height + 17, across.text(tick));
        }
        svg.line("axis", left, top + height, left + width, top + height);
        svg.label("note middle", left + width / 2, top + height + 34, below);
        return this;
    }

    /**
     * Draws a line through points.
     *
     * @param style its classes
     * @param xs the points
     * @param ys the points
     * @param title what it is
     */
    public void curve(String style, double[] xs, double[] ys, String title) {
        double[][] seen = Polyline.thinned(Arrays.stream(xs).map(this::x).toArray(), Arrays.stream(ys).map(this::y).toArray());
        svg.path(style, seen[0], seen[1], title);
    }
}
