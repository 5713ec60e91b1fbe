package io.github.diffusion4j.docs.report;

import io.github.diffusion4j.docs.figures.Chart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;

/** The losses of trainings, by name and iteration. */
public final class LossCurves {

    private static final int SMOOTHED = 20;

    private final Map<String, List<Double>> losses = new LinkedHashMap<>();

    /** No training yet. */
    public LossCurves() {}

    /**
     * Records a training.
     *
     * @param name its name
     * @param bar what shows its progress
     * @return what is told the loss of each iteration
     */
    public DoubleConsumer of(String name, ProgressBar bar) {
        List<Double> own = new ArrayList<>();
        losses.put(name, own);
        return loss -> {
            own.add(loss);
            bar.setExtraMessage(String.format(Locale.ROOT, " loss %.4f", smoothed(own, own.size())));
            bar.step();
        };
    }

    private static double smoothed(List<Double> losses, int end) {
        return losses.subList(Math.max(0, end - SMOOTHED), end).stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    /**
     * Writes {@code loss.png} and {@code loss.csv}.
     *
     * @param folder where to
     * @param loss what the loss is
     * @param kind what the trainings differ in
     * @throws IOException if a file cannot be written
     */
    public void write(Path folder, String loss, String kind) throws IOException {
        Chart chart = new Chart("Training loss, mean of " + SMOOTHED, "iteration", loss, true);
        StringBuilder csv = new StringBuilder(kind + ",iteration,loss\n");
        losses.forEach((name, values) -> {
            int[] places = IntStream.range(0, values.size()).toArray();
            chart.line(name, IntStream.of(places).asDoubleStream().toArray(), IntStream.of(places).mapToDouble(i -> smoothed(values, i + 1)).toArray());
            IntStream.of(places).forEach(i -> csv.append(name).append(',').append(i).append(',').append(values.get(i)).append('\n'));
        });
        chart.write(folder.resolve("loss.png"));
        Files.writeString(folder.resolve("loss.csv"), csv);
    }
}
