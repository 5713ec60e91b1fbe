package io.github.diffusion4j.docs.figures;

import io.github.diffusion4j.samplers.WholeFile;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.w3c.dom.Document;

/** A line chart that is written as PNG or SVG. */
public final class Chart {

    private static final int WIDTH = 800;
    private static final int HEIGHT = 480;
    /** Points of a line; more cannot be told apart at this size. */
    private static final int POINTS = 250;
    private static final Color[] COLORS = {
        new Color(0x1F77B4), new Color(0xD95F02), new Color(0x2CA02C), new Color(0x9467BD), new Color(0x8C564B), new Color(0xE377C2), new Color(0x17A2B8), new Color(0x7F7F7F), new Color(0xB8A000),
        new Color(0x222222), new Color(0xC00020)};

    private final XYChart chart;

    /**
     * An empty chart.
     *
     * @param title the title
     * @param x the label of the x axis
     * @param y the label of the y axis
     * @param logarithmic whether the y axis is logarithmic
     */
    public Chart(String title, String x, String y, boolean logarithmic) {
        chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle(x).yAxisTitle(y).build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE).setLegendPosition(Styler.LegendPosition.OutsideE).setSeriesColors(COLORS);
        chart.getStyler().setYAxisLogarithmic(logarithmic);
    }

    /**
     * With an x axis in powers of ten; all x values must be positive.
     *
     * @return this chart
     */
    public Chart logarithmicAcross() {
        chart.getStyler().setXAxisLogarithmic(true);
        return this;
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
        series(name, xs, ys).setMarker(SeriesMarkers.NONE);
        return this;
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
        series(name, xs, ys).setMarker(SeriesMarkers.CIRCLE);
        return this;
    }

    private XYSeries series(String name, double[] xs, double[] ys) {
        int stride = Math.max(1, xs.length / POINTS);
        int[] kept = java.util.stream.IntStream.range(0, xs.length)
                .filter(i -> i % stride == 0 || i == xs.length - 1)
                .filter(i -> Double.isFinite(ys[i]) && (!chart.getStyler().isYAxisLogarithmic() || ys[i] > 0)).toArray();
        return chart.addSeries(name, Arrays.stream(kept).mapToDouble(i -> xs[i]).toArray(), Arrays.stream(kept).mapToDouble(i -> ys[i]).toArray());
    }

    /**
     * Writes the chart.
     *
     * @param file a file that ends in .png or .svg
     * @throws IOException if the file cannot be written
     */
    public void write(Path file) throws IOException {
        WholeFile.write(file, file.toString().endsWith(".svg") ? svg() : png());
    }

    /**
     * The chart as SVG.
     *
     * @return the text in UTF-8
     * @throws IOException if it cannot be drawn
     */
    byte[] svg() throws IOException {
        SVGGraphics2D svg = new SVGGraphics2D(document());
        svg.setSVGCanvasSize(new java.awt.Dimension(WIDTH, HEIGHT));
        chart.paint(svg, WIDTH, HEIGHT);
        StringWriter text = new StringWriter();
        svg.stream(text, true);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The chart as PNG.
     *
     * @return the file's bytes
     * @throws IOException if it cannot be drawn
     */
    byte[] png() throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        chart.paint(graphics, WIDTH, HEIGHT);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private static Document document() {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().getDOMImplementation().createDocument("http://www.w3.org/2000/svg", "svg", null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("this Java has no XML parser", e);
        }
    }
}
