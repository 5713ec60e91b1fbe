package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LossByLevel;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.training.Recipe;
import java.util.Collections;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The error of the estimate of the data at each noise level, whatever the network outputs: one unit for all recipes.
 *
 * @param digits held-out digits
 * @param seed of the noise
 */
record LevelErrors(Digits digits, long seed) {

    /** Bins of one unit of log SNR, in the middle of which it is whole. */
    private static final int BINS = 17;
    private static final double HIGHEST = Math.exp(0.25 * BINS);

    /** Noises all digits in the middle of each bin. */
    LossByLevel of(Denoiser denoiser, Recipe recipe) {
        LossByLevel losses = LossByLevel.empty(1 / HIGHEST, HIGHEST, BINS);
        ComposedScheduler process = recipe.scheduler();
        INDArray condition = Digits.oneHot(digits.labels());
        INDArray noise = CounterNoise.of(seed).draw(NoiseRequest.forward(0), DataType.FLOAT, digits.images().shape());
        for (int bin = 0; bin < BINS; bin++) {
            NoiseLevel level = level(recipe.schedule(), losses, bin);
            DrawnLevels drawn = DrawnLevels.of(Collections.nCopies(digits.size(), level));
            NoisedBatch<INDArray> batch = NoisedBatch.of(process, digits.images(), noise, drawn, LossWeight.plain(Parameterization.sample()));
            losses = losses.with(drawn.levels(), denoiser.errors(batch, condition));
        }
        return losses;
    }

    private static NoiseLevel level(NoiseSchedule schedule, LossByLevel losses, int bin) {
        return schedule.atEdmSigma(Math.exp((losses.edges().get(bin) + losses.edges().get(bin + 1)) / 2));
    }

    /** The log SNR of the bins, from noise to data. */
    static double[] logSnr(LossByLevel losses) {
        return IntStream.range(0, BINS).map(i -> BINS - 1 - i).mapToDouble(bin -> -(losses.edges().get(bin) + losses.edges().get(bin + 1))).toArray();
    }

    /** The errors in the same order. */
    static double[] means(LossByLevel losses) {
        return IntStream.range(0, BINS).map(i -> BINS - 1 - i).mapToDouble(losses::mean).toArray();
    }
}
