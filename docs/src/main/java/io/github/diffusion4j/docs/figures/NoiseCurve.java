package io.github.diffusion4j.docs.figures;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
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

    private List<List<String>> rows(IntToDoubleFunction[] columns) {
        List<List<String>> rows = new ArrayList<>();
        for (int t = 0; t < schedule.size(); t++) {
            List<String> row = new ArrayList<>();
            row.add(Integer.toString(t));
            for (IntToDoubleFunction column : columns) {
                row.add(Double.toString(column.applyAsDouble(t)));
            }
            rows.add(row);
        }
        return rows;
    }

    private List<List<String>> rows() {
        return rows(COLUMNS.stream().skip(1).map(this::column).map(values -> (IntToDoubleFunction) t -> values[t]).toArray(IntToDoubleFunction[]::new));
    }

    /**
     * The table as comma-separated values with all digits.
     *
     * @return the text
     */
    public String csv() {
        return String.join(",", COLUMNS) + "\n" + rows().stream().map(row -> String.join(",", row) + "\n").collect(Collectors.joining());
    }

    /**
     * The table as Markdown, with six significant digits.
     *
     * @return the text
     */
    public String markdown() {
        String head = "| " + String.join(" | ", COLUMNS) + " |\n|" + " ---: |".repeat(COLUMNS.size()) + "\n";
        return head + rows().stream().map(row -> row.stream()
                .map(cell -> cell.matches("\\d+") ? cell : String.format(Locale.ROOT, "%.6g", Double.parseDouble(cell)))
                .collect(Collectors.joining(" | ", "| ", " |\n"))).collect(Collectors.joining());
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
