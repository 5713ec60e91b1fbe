package io.github.diffusion4j.docs.gallery;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A figure, written by hand: small, readable in a diff, coloured by style sheets, with texts for those who cannot see it. */
public final class Svg {

    private final StringBuilder text = new StringBuilder();

    Svg(double width, double height, String title, String description) {
        text.append(String.format(Locale.ROOT, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\">%n",
                width, height, width, height)).append("<title>").append(escaped(title)).append("</title>\n<desc>").append(escaped(description)).append("</desc>\n<style>\n")
                .append(style()).append("</style>\n");
    }

    /**
     * The colours of figures and pages as variables, and what is drawn in them.
     *
     * @return a style sheet
     */
    public static String style() {
        return resource("colours.css") + resource("figure.css");
    }

    private static String resource(String name) {
        try (InputStream in = Svg.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void line(String style, double x1, double y1, double x2, double y2) {
        add("<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>", style, n(x1), n(y1), n(x2), n(y2));
    }

    void path(String style, double[] xs, double[] ys, String title) {
        StringBuilder d = new StringBuilder();
        boolean pen = false;
        for (int i = 0; i < xs.length; i++) {
            boolean seen = Double.isFinite(ys[i]);
            if (seen) {
                d.append(pen ? "L" : "M").append(n(xs[i])).append(' ').append(n(ys[i]));
            }
            pen = seen;
        }
        add("<path class=\"%s\" d=\"%s\"><title>%s</title></path>", style, d, escaped(title));
    }

    void dot(String style, double x, double y, String title) {
        add("<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"3.4\"><title>%s</title></circle>", style, n(x), n(y), escaped(title));
    }

    void cell(String style, double[] box, double opacity, String title) {
        add("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill-opacity=\"%s\"><title>%s</title></rect>", style, n(box[0]), n(box[1]), n(box[2]), n(box[3]),
                n(opacity), escaped(title));
    }

    void label(String style, double x, double y, String words) {
        add("<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>", style, n(x), n(y), escaped(words));
    }

    private void add(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String n(double value) {
        double rounded = Math.rint(value * 100) / 100;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    @Override
    public String toString() {
        return text + "</svg>\n";
    }
}
