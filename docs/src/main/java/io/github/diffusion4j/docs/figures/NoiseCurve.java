package io.github.diffusion4j.docs.figures;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.docs.gallery.Table;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tables of a schedule, a row per timestep.
 *
 * @param name what the schedule is called
 * @param schedule the schedule
 */
public record NoiseCurve(String name, DiscreteSchedule schedule) {

    /** The columns, in order. */
    public static final List<String> COLUMNS = List.of("timestep", "beta", "alpha", "alphas_cumprod", "sigma", "snr", "log_snr");

    /**
     * All timesteps.
     *
     * @return 0 to T-1
     */
    public double[] timesteps() {
        return IntStream.range(0, schedule.size()).asDoubleStream().toArray();
    }

    /**
     * A column.
     *
     * @param column one of {@link #COLUMNS}
     * @return its values
     */
    public double[] column(String column) {
        return switch (column) {
            case "timestep" -> timesteps();
            case "beta" -> schedule.betas();
            case "alpha" -> schedule.alphas();
            case "alphas_cumprod" -> schedule.alphasCumprod();
            case "sigma" -> schedule.sigmas();
            case "snr" -> schedule.snr();
            case "log_snr" -> IntStream.range(0, schedule.size()).mapToObj(schedule::at).mapToDouble(NoiseLevel::logSnr).toArray();
            default -> throw new IllegalArgumentException("unknown column " + column + "; known are " + COLUMNS);
        };
    }

    /**
     * All columns as a table.
     *
     * @return a row per timestep
     */
    public Table table() {
        List<double[]> columns = COLUMNS.stream().map(this::column).toList();
        return new Table(COLUMNS, IntStream.range(0, schedule.size())
                .mapToObj(t -> columns.stream().<Object>map(values -> values == columns.get(0) ? (Object) t : (Object) values[t]).toList()).toList());
    }

    /**
     * The chart of the schedule: its signal, {@code sqrt(alphas_cumprod)}, and its noise, {@code sqrt(1 - alphas_cumprod)}.
     *
     * @return the chart
     */
    public Chart chart() {
        double[] signal = IntStream.range(0, schedule.size()).mapToDouble(t -> schedule.at(t).alpha()).toArray();
        double[] noise = IntStream.range(0, schedule.size()).mapToDouble(t -> schedule.at(t).sigma()).toArray();
        return new Chart("Noise curve " + name, "timestep", "weight", false)
                .line("signal (alpha)", timesteps(), signal)
                .line("noise (sigma)", timesteps(), noise)
                .line("alphas_cumprod", timesteps(), schedule.alphasCumprod());
    }

    /**
     * One column of several schedules in a chart.
     *
     * @param curves the schedules
     * @param column one of {@link #COLUMNS}
     * @param logarithmic whether the y axis is logarithmic
     * @return the chart
     */
    public static Chart compare(List<NoiseCurve> curves, String column, boolean logarithmic) {
        Chart chart = new Chart(column + " of every schedule", "timestep", column, logarithmic);
        curves.forEach(curve -> chart.line(curve.name(), curve.timesteps(), curve.column(column)));
        return chart;
    }
}
