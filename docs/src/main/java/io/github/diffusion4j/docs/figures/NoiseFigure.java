package io.github.diffusion4j.docs.figures;

import io.github.diffusion4j.samplers.tables.NoiseTable;
import io.github.diffusion4j.samplers.tables.Quantity;
import java.util.Arrays;
import java.util.List;

/** Schedules as curves. */
public final class NoiseFigure {

    /** Beyond it a log SNR stands for pure noise or clean data and is not drawn. */
    public static final double FARTHEST = 30;

    private NoiseFigure() {}

    /**
     * Quantities of schedules over another quantity.
     *
     * @param title the title
     * @param tables the schedules
     * @param x what runs across
     * @param ys what is drawn upwards
     * @param look size, caption and axes
     * @return the chart
     * @throws IllegalArgumentException if a schedule does not have a quantity
     */
    public static Chart chart(String title, List<NoiseTable> tables, Quantity x, List<Quantity> ys, Look look) {
        boolean one = ys.size() == 1;
        Chart chart = new Chart(title, x.label(), one ? ys.get(0).label() : "", look);
        for (NoiseTable table : tables) {
            for (Quantity y : ys) {
                chart.line(one ? table.name() : tables.size() == 1 ? y.label() : table.name() + ", " + y.label(), drawn(table, x), drawn(table, y));
            }
        }
        return chart;
    }

    private static double[] drawn(NoiseTable table, Quantity quantity) {
        return Arrays.stream(table.values(quantity)).map(value -> quantity == Quantity.LOG_SNR && Math.abs(value) > FARTHEST ? Double.NaN : value).toArray();
    }

    /**
     * Signal and noise of one schedule over time.
     *
     * @param table the schedule
     * @return the chart
     */
    public static Chart chart(NoiseTable table) {
        return chart("The noise schedule " + table.name(), List.of(table), Quantity.TIME, List.of(Quantity.ALPHA, Quantity.SIGMA, Quantity.ALPHA_BAR), Look.USUAL);
    }
}
