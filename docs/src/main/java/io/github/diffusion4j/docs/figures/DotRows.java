package io.github.diffusion4j.docs.figures;

import io.github.diffusion4j.core.NoiseLevel;
import java.util.List;

/** Levels as dots over log SNR, a row for each run: noise on the left, data on the right. */
public final class DotRows {

    private static final double WIDTH = 900;
    private static final double LEFT = 250;
    private static final double TOP = 30;
    private static final double ROW = 26;

    private DotRows() {}

    /**
     * A row.
     *
     * @param label what it is
     * @param levels its levels; those without a finite log SNR are not drawn
     */
    public record Row(String label, List<NoiseLevel> levels) {}

    /**
     * The figure.
     *
     * @param title what it shows
     * @param words what is to be seen in it
     * @param rows the rows
     * @return the figure
     */
    public static Svg of(String title, String words, List<Row> rows) {
        double[] finite = rows.stream().flatMap(row -> row.levels().stream()).mapToDouble(NoiseLevel::logSnr).filter(Double::isFinite).toArray();
        Svg svg = new Svg(WIDTH, 2 * TOP + 24 + ROW * rows.size(), title, words);
        Panel panel = Panel.over(svg, new double[] {LEFT, TOP, WIDTH - TOP - LEFT, ROW * rows.size()}, finite, 0, 1).across("log SNR");
        for (int k = 0; k < rows.size(); k++) {
            double y = TOP + ROW * (k + 0.5);
            svg.line("grid", LEFT, y, WIDTH - TOP, y);
            svg.label("end", LEFT - 14, y + 4, rows.get(k).label());
            for (int i = 0; i < rows.get(k).levels().size(); i++) {
                NoiseLevel level = rows.get(k).levels().get(i);
                if (Double.isFinite(level.logSnr())) {
                    svg.dot(Svg.filled(0), panel.x(level.logSnr()), y, rows.get(k).label() + ", step " + i + ": time " + Chart.rounded(level.time()) + ", log SNR " + Chart.rounded(level.logSnr()));
                }
            }
        }
        return svg;
    }
}
