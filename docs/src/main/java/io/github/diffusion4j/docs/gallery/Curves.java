package io.github.diffusion4j.docs.gallery;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.docs.explorer.Choice;
import io.github.diffusion4j.docs.explorer.Choices;
import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.docs.figures.Panel;
import io.github.diffusion4j.docs.figures.Svg;
import io.github.diffusion4j.samplers.tables.Quantity;
import io.github.diffusion4j.samplers.tables.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Schedules: alpha, sigma, log SNR and, where there is a table, beta over time; points are denser towards both ends, where curves are steep. */
final class Curves {

    private static final int POINTS = 41;
    /** Beyond it a log SNR stands for pure noise or clean data and is not drawn. */
    private static final double FARTHEST = 30;
    private static final double WIDTH = 900;
    private static final double[] TOPS = {44, 190};

    private Curves() {}

    static List<Figure> figures() {
        return Choices.SCHEDULES.stream().map(Curves::figure).toList();
    }

    private static Figure figure(Choice<NoiseSchedule> choice) {
        NoiseSchedule schedule = choice.value();
        DiscreteSchedule table = schedule instanceof DiscreteSchedule discrete ? discrete : null;
        double first = schedule.cleanest().time();
        double last = schedule.noisiest().time();
        List<NoiseLevel> levels = IntStream.range(0, POINTS).mapToDouble(i -> first + (last - first) * (1 - Math.cos(Math.PI * i / (POINTS - 1))) / 2)
                .map(time -> table == null ? time : Math.rint(time)).mapToObj(schedule::at).toList();
        double[] time = column(levels, NoiseLevel::time);
        double[] alpha = column(levels, NoiseLevel::alpha);
        double[] sigma = column(levels, NoiseLevel::sigma);
        double[] logSnr = column(levels, NoiseLevel::logSnr);
        double[] betas = table == null ? new double[0] : Arrays.stream(time).map(t -> table.betas()[(int) t]).toArray();

        int panels = table == null ? 2 : 3;
        double width = (WIDTH - 30 - 62 * panels) / panels;
        String words = "Signal alpha falls from " + Chart.rounded(alpha[0]) + " to " + Chart.rounded(alpha[POINTS - 1]) + " and noise sigma rises from " + Chart.rounded(sigma[0]) + " to "
                + Chart.rounded(sigma[POINTS - 1]) + " over times " + Chart.rounded(first) + " to " + Chart.rounded(last) + "; log SNR goes from " + Chart.rounded(logSnr[0]) + " to "
                + Chart.rounded(logSnr[POINTS - 1]) + ".";
        Svg svg = new Svg(WIDTH, 300, "The schedule " + choice.label(), words);
        double[][] box = IntStream.range(0, panels).mapToObj(k -> new double[] {46 + k * (width + 62), TOPS[0], width, TOPS[1]}).toArray(double[][]::new);
        double[] both = IntStream.range(0, 2 * POINTS).mapToDouble(i -> i < POINTS ? alpha[i] : sigma[i - POINTS]).toArray();
        Panel weights = Panel.over(svg, box[0], time, both).axes("alpha and sigma", "time");
        weights.curve(Svg.line(0), time, alpha, "alpha");
        weights.curve(Svg.line(1), time, sigma, "sigma");
        svg.label(Svg.filled(0), weights.x(time[POINTS / 3]) + 6, weights.y(alpha[POINTS / 3]) - 6, "alpha");
        svg.label(Svg.filled(1), weights.x(time[POINTS * 3 / 5]) + 6, weights.y(sigma[POINTS * 3 / 5]) + 16, "sigma");
        double[] drawn = Arrays.stream(logSnr).map(value -> Math.abs(value) < FARTHEST ? value : Double.NaN).toArray();
        Panel.over(svg, box[1], time, drawn).axes("log SNR", "time").curve(Svg.line(0), time, drawn, "log SNR");
        if (table != null) {
            Panel.over(svg, box[2], time, betas).axes("beta", "time").curve(Svg.line(0), time, betas, "beta");
        }
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < POINTS; i++) {
            List<Object> row = new ArrayList<>(List.of(time[i], alpha[i], sigma[i], logSnr[i]));
            if (table != null) {
                row.add(betas[i]);
            }
            rows.add(row);
        }
        List<String> columns = Stream.of(Quantity.TIME, Quantity.ALPHA, Quantity.SIGMA, Quantity.LOG_SNR, Quantity.BETA).map(Quantity::id).toList().subList(0, panels + 2);
        return new Figure("schedule-" + choice.id(), "Schedule: " + choice.label(), words, choice.java(), svg, new Table(columns, rows));
    }

    private static double[] column(List<NoiseLevel> levels, ToDoubleFunction<NoiseLevel> value) {
        return levels.stream().mapToDouble(value).toArray();
    }
}
