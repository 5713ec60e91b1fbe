package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.docs.figures.ProgressBars;
import io.github.diffusion4j.docs.report.LossCurves;
import io.github.diffusion4j.samplers.training.Networks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Trains one network by several recipes, all from the same weights and for the same number of iterations. */
record Training(Digits digits, int epochs, long seed, Path folder) {

    private static final int BATCH = 64;
    private static final double RATE = 2e-3;
    /** Of a network that has learned already. */
    private static final double TUNING_RATE = 1e-3;

    int iterations() {
        return epochs * (digits.size() / BATCH);
    }

    /** The trained networks in the order of their recipes. */
    Map<DigitsRecipe, Denoiser> of(List<DigitsRecipe> recipes) throws IOException {
        Map<DigitsRecipe, Denoiser> trained = new LinkedHashMap<>();
        LossCurves losses = new LossCurves();
        for (DigitsRecipe recipe : recipes) {
            Denoiser denoiser = recipe.tuned() ? find(trained, DigitsRecipe.EDM).copy() : new Denoiser(seed);
            train(recipe, denoiser, losses);
            trained.put(recipe, denoiser);
        }
        losses.write(folder, "weighted squared error", "recipe");
        return trained;
    }

    static Denoiser find(Map<DigitsRecipe, Denoiser> trained, String id) {
        return trained.entrySet().stream().filter(entry -> entry.getKey().id().equals(id)).findFirst().orElseThrow().getValue();
    }

    private void train(DigitsRecipe recipe, Denoiser denoiser, LossCurves losses) {
        // The student's own estimate is its target: asked between two steps, so that no gradient goes through it.
        Networks<INDArray> student = call -> denoiser.output(call.input(), call.timesteps(), call.conditions().get(0));
        NoisingIterator batches = new NoisingIterator(digits.dataSet(), BATCH, recipe.recipe().batches(Nd4jArrays.ND4J, student), seed);
        try (ProgressBar bar = ProgressBars.of("Training " + recipe.id(), iterations())) {
            denoiser.train(batches, epochs, recipe.tuned() ? TUNING_RATE : RATE, losses.of(recipe.recipe().name(), bar));
        }
    }
}
