package io.github.diffusion4j.docs.figures;

import io.github.diffusion4j.core.plan.PlanDescription;
import io.github.diffusion4j.samplers.tables.RunTable;
import java.util.List;

/** The weights of every update of runs as strips of cells: a column is a network evaluation, a row an array, blue is positive, orange negative, strong is large. */
public final class WeightStrips {

    private static final double CELL = 20;
    private static final double CELL_WIDTH = 30;
    private static final double LEFT = 140;
    private static final double SPACE = 44;
    private static final double MARGIN = 16;
    private static final double NARROWEST = 480;

    private WeightStrips() {}

    /**
     * The figure.
     *
     * @param title what it shows
     * @param words what is to be seen in it
     * @param output what the network's output is
     * @param runs the runs, one below the other
     * @return the figure
     */
    public static Svg of(String title, String words, String output, List<RunTable> runs) {
        int columns = runs.stream().mapToInt(run -> run.plan().rows().size()).max().orElse(0);
        double height = MARGIN + runs.stream().mapToDouble(run -> SPACE + CELL * run.arrays().size()).sum() + CELL;
        Svg svg = new Svg(Math.max(NARROWEST, LEFT + 10 + columns * CELL_WIDTH + 20), height, title, words);
        double top = MARGIN;
        for (RunTable run : runs) {
            svg.label("head", 10, top + 12, run.name());
            strips(svg, run, output, top + 20);
            top += SPACE + CELL * run.arrays().size();
        }
        svg.label("note", LEFT, height - 8, "network evaluations: noise on the left, data on the right");
        return svg;
    }

    private static void strips(Svg svg, RunTable run, String output, double top) {
        List<String> arrays = run.arrays();
        for (int r = 0; r < arrays.size(); r++) {
            double y = top + r * CELL;
            String array = arrays.get(r);
            svg.label("note end", LEFT - 10, y + 14, array.equals("output") ? output : array);
            for (PlanDescription.Row row : run.plan().rows()) {
                Double weight = row.weights().get("next").get(array);
                String title = "evaluation " + row.index() + ", step " + row.step() + ", " + array + ": " + (weight == null ? "0" : Chart.rounded(weight));
                double strength = weight == null ? 0 : Math.min(1, 0.12 + 0.88 * Math.log1p(Math.abs(weight) * 4) / Math.log1p(8));
                svg.cell(weight != null && weight < 0 ? "minus" : "plus", new double[] {LEFT + row.index() * CELL_WIDTH, y, CELL_WIDTH - 1, CELL - 1}, strength, title);
            }
        }
    }
}
