package io.github.diffusion4j.docs.figures;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A figure, written by hand: small, readable in a diff, coloured by style sheets that know dark screens, with texts for those who cannot see it. {@link Print} makes PNG and PDF of it. */
public final class Svg {

    /** Colours and dashes that tell series apart; a series has one of each, so that the first twelve differ. */
    private static final int COLOURS = 6;
    private static final int DASHES = 4;
    private static final Pattern COLOUR = Pattern.compile("(--\\w+): (#\\w+);");

    private static final double HEADING = 28;
    private static final double MARGIN = 20;
    private static final double LINE = 18;
    private static final double LETTER = 6;

    private final double width;
    private final double height;
    private final String title;
    private final String description;
    private final StringBuilder shapes = new StringBuilder();

    /**
     * An empty figure.
     *
     * @param width in pixels of CSS, 96 to the inch
     * @param height in the same
     * @param title what it shows
     * @param description what is to be seen in it
     */
    public Svg(double width, double height, String title, String description) {
        this.width = width;
        this.height = height;
        this.title = title;
        this.description = description;
    }

    /**
     * The classes of a line that is told apart from others.
     *
     * @param number its number, from 0
     * @return colour and dash
     */
    public static String line(int number) {
        return "s" + number % COLOURS + (number % DASHES == 0 ? "" : " d" + number % DASHES);
    }

    /**
     * The class of dots and words of the same colour as {@link #line}.
     *
     * @param number its number, from 0
     * @return the colour
     */
    public static String filled(int number) {
        return "f" + number % COLOURS;
    }

    /**
     * The colours of figures and pages as variables, and what is drawn in them.
     *
     * @return a style sheet
     */
    public static String style() {
        return resource("colours.css") + resource("figure.css");
    }

    /** What is drawn in the colours of paper, without variables. */
    private static String paper() {
        String style = resource("figure.css");
        Matcher colours = COLOUR.matcher(resource("colours.css").replaceAll("(?s)@media.*", ""));
        while (colours.find()) {
            style = style.replace("var(" + colours.group(1) + ")", colours.group(2));
        }
        return style.replaceAll("font-family: [^;]+", "font-family: SansSerif");
    }

    private static String resource(String name) {
        try (InputStream in = Svg.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A straight line.
     *
     * @param style its classes
     * @param x1 where it starts
     * @param y1 where it starts
     * @param x2 where it ends
     * @param y2 where it ends
     */
    public void line(String style, double x1, double y1, double x2, double y2) {
        add("<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>", style, n(x1), n(y1), n(x2), n(y2));
    }

    /**
     * A line through points.
     *
     * @param style its classes
     * @param xs the points; where one of the coordinates is not finite the line is broken
     * @param ys the points
     * @param title what it is
     */
    public void path(String style, double[] xs, double[] ys, String title) {
        StringBuilder d = new StringBuilder();
        boolean pen = false;
        for (int i = 0; i < xs.length; i++) {
            boolean seen = Double.isFinite(xs[i]) && Double.isFinite(ys[i]);
            if (seen) {
                d.append(pen ? "L" : "M").append(n(xs[i])).append(' ').append(n(ys[i]));
            }
            pen = seen;
        }
        add("<path class=\"%s\" d=\"%s\"><title>%s</title></path>", style, d, escaped(title));
    }

    /**
     * A dot.
     *
     * @param style its classes
     * @param x its middle
     * @param y its middle
     * @param title what it is
     */
    public void dot(String style, double x, double y, String title) {
        add("<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"3.4\"><title>%s</title></circle>", style, n(x), n(y), escaped(title));
    }

    /**
     * A rectangle.
     *
     * @param style its classes
     * @param box left, top, width and height
     * @param opacity 0 to 1
     * @param title what it is
     */
    public void cell(String style, double[] box, double opacity, String title) {
        add("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill-opacity=\"%s\"><title>%s</title></rect>", style, n(box[0]), n(box[1]), n(box[2]), n(box[3]),
                n(opacity), escaped(title));
    }

    /**
     * Words; none are not drawn.
     *
     * @param style their classes
     * @param x where they start, or end, or their middle, as the classes say
     * @param y the line they stand on
     * @param words the words
     */
    public void label(String style, double x, double y, String words) {
        if (words.isEmpty()) {
            return;
        }
        add("<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>", style, n(x), n(y), escaped(words));
    }

    /**
     * The figure with its title above it and words below it.
     *
     * @param left where the title starts
     * @param caption the words, broken into lines; empty for none
     * @return a higher figure
     */
    public Svg framed(double left, String caption) {
        List<String> lines = lines(caption);
        Svg framed = new Svg(width, HEADING + height + LINE * lines.size(), title, description);
        framed.label("title", left, HEADING - 6, title);
        framed.shapes.append("<g transform=\"translate(0 ").append(n(HEADING)).append(")\">\n").append(shapes).append("</g>\n");
        for (int k = 0; k < lines.size(); k++) {
            framed.label("note", MARGIN, HEADING + height + LINE * k, lines.get(k));
        }
        return framed;
    }

    private List<String> lines(String words) {
        List<String> lines = new ArrayList<>();
        for (String word : words.isBlank() ? new String[0] : words.strip().split("\\s+")) {
            String last = lines.isEmpty() ? "" : lines.remove(lines.size() - 1);
            if (!last.isEmpty() && (last.length() + 1 + word.length()) * LETTER > width - 2 * MARGIN) {
                lines.add(last);
                last = "";
            }
            lines.add((last + " " + word).strip());
        }
        return lines;
    }

    private void add(String format, Object... values) {
        shapes.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String n(double value) {
        double rounded = Math.rint(value * 100) / 100;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** The width in pixels of CSS. */
    double width() {
        return width;
    }

    /** The height in pixels of CSS. */
    double height() {
        return height;
    }

    /** How high {@link #framed} makes a figure without a caption. */
    static double heading() {
        return HEADING;
    }

    /** For paper: in light colours, without what only browsers know. */
    String printed() {
        return styled(paper());
    }

    private String styled(String style) {
        return String.format(Locale.ROOT, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1$.0f %2$.0f\" width=\"%1$.0f\" height=\"%2$.0f\" role=\"img\">%n", width, height)
                + "<title>" + escaped(title) + "</title>\n<desc>" + escaped(description) + "</desc>\n<style>\n" + style + "</style>\n" + shapes + "</svg>\n";
    }

    /** For screens, light and dark. */
    @Override
    public String toString() {
        return styled(style());
    }
}
