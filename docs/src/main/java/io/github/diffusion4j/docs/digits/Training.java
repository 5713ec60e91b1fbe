package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.docs.figures.Chart;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.samplers.training.Networks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Trains one network by several recipes, all from the same weights and for the same number of iterations. */
record Training(Digits digits, int epochs, long seed, Path folder) {

    private static final int BATCH = 64;
    private static final double RATE = 2e-3;
    /** Of a network that has learned already. */
    private static final double TUNING_RATE = 1e-3;
    private static final int SMOOTHED = 20;

    int iterations() {
        return epochs * (digits.size() / BATCH);
    }

    /** The trained networks in the order of their recipes. */
    Map<DigitsRecipe, Denoiser> of(List<DigitsRecipe> recipes) throws IOException {
        Map<DigitsRecipe, Denoiser> trained = new LinkedHashMap<>();
        Map<String, List<Double>> losses = new LinkedHashMap<>();
        for (DigitsRecipe recipe : recipes) {
            Denoiser denoiser = recipe.tuned() ? find(trained, DigitsRecipe.EDM).copy() : new Denoiser(seed);
            losses.put(recipe.recipe().name(), train(recipe, denoiser));
            trained.put(recipe, denoiser);
        }
        lossCurves(losses);
        return trained;
    }

    static Denoiser find(Map<DigitsRecipe, Denoiser> trained, String id) {
        return trained.entrySet().stream().filter(entry -> entry.getKey().id().equals(id)).findFirst().orElseThrow().getValue();
    }

    private List<Double> train(DigitsRecipe recipe, Denoiser denoiser) {
        List<Double> losses = new ArrayList<>();
        // The student's own estimate is its target: asked between two steps, so that no gradient goes through it.
        Networks<INDArray> student = call -> denoiser.output(call.input(), call.timesteps(), call.conditions().get(0));
        NoisingIterator batches = new NoisingIterator(digits.dataSet(), BATCH, recipe.recipe().batches(Nd4jArrays.ND4J, student), seed);
        try (ProgressBar bar = ProgressBars.of("Training " + recipe.id(), iterations())) {
            denoiser.train(batches, epochs, recipe.tuned() ? TUNING_RATE : RATE, loss -> {
                losses.add(loss);
                bar.setExtraMessage(String.format(Locale.ROOT, " loss %.4f", smoothed(losses, losses.size())));
                bar.step();
            });
        }
        return losses;
    }

    private static double smoothed(List<Double> losses, int end) {
        return losses.subList(Math.max(0, end - SMOOTHED), end).stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private void lossCurves(Map<String, List<Double>> losses) throws IOException {
        Chart chart = new Chart("Training loss, mean of " + SMOOTHED, "iteration", "weighted squared error", true);
        StringBuilder csv = new StringBuilder("recipe,iteration,loss\n");
        losses.forEach((name, values) -> {
            int[] places = IntStream.range(0, values.size()).toArray();
            chart.line(name, IntStream.of(places).asDoubleStream().toArray(), IntStream.of(places).mapToDouble(i -> smoothed(values, i + 1)).toArray());
            IntStream.of(places).forEach(i -> csv.append(name).append(',').append(i).append(',').append(values.get(i)).append('\n'));
        });
        chart.write(folder.resolve("loss.png"));
        Files.writeString(folder.resolve("loss.csv"), csv);
    }
}
