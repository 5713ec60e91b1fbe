package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.plan.Scheduler;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/**
 * A batch that a network trains on. With {@code x = alpha x0 + sigma eps} at each sample's timestep, it holds
 * {@code input = scale x}, the parameterization's target and the weight of each sample's squared error.
 *
 * @param input what the network sees, of the data's shape
 * @param timesteps what it is conditioned on, one value per sample: DOUBLE for DOUBLE data, otherwise FLOAT
 * @param target what it should output, of the data's shape
 * @param weights the weights, one per sample, of the timesteps' type
 */
public record NoisedBatch(INDArray input, INDArray timesteps, INDArray target, INDArray weights) {

    /**
     * Noises a batch: input, target and weights in one pass over data and noise.
     *
     * @param scheduler the forward process and the parameterization
     * @param data the clean data x0, samples along the first axis
     * @param noise N(0, I) noise of the same shape and type
     * @param draw the timesteps
     * @param weight the loss weight, multiplied by the draw's importance weights
     * @return the batch, of new arrays
     * @throws IllegalArgumentException if data, noise and timesteps do not agree, or a weight is negative, or beyond the range of its type, naming it
     */
    public static NoisedBatch of(Scheduler scheduler, INDArray data, INDArray noise, TimestepSampler.Draw draw, LossWeight weight) {
        double[] timesteps = draw.timesteps();
        if (data.dataType() != noise.dataType() || !Arrays.equals(data.shape(), noise.shape()) || data.rank() == 0 || data.size(0) != timesteps.length) {
            throw new IllegalArgumentException("data, noise and timesteps must agree, got " + data.dataType() + Arrays.toString(data.shape()) + ", "
                    + noise.dataType() + Arrays.toString(noise.shape()) + " and " + timesteps.length + " timesteps");
        }
        Parameterization parameterization = scheduler.parameterization();
        List<NoiseLevel> levels = Arrays.stream(timesteps).mapToObj(scheduler::level).toList();
        double[] importance = draw.weights();
        double[] weights = new double[timesteps.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = importance[i] * weight.weight(levels.get(i), parameterization);
        }
        DataType numbers = Kernels.computeType(data.dataType());
        INDArray rounded = Kernels.vector(numbers, weights);
        checkWeights(weight, levels, Kernels.values(rounded), weights);
        INDArray input = Kernels.empty(data.dataType(), data.shape());
        INDArray target = Kernels.empty(data.dataType(), data.shape());
        Kernels.mix(data, noise,
                new Kernels.Mixture(input, each(levels, l -> l.alpha() * parameterization.inputScale(l)), each(levels, l -> l.sigma() * parameterization.inputScale(l))),
                new Kernels.Mixture(target, each(levels, l -> parameterization.target(l).first()), each(levels, l -> parameterization.target(l).second())));
        return new NoisedBatch(input, Kernels.vector(numbers, each(levels, parameterization::conditioning)), target, rounded);
    }

    /** A weight beyond the largest number of its type becomes infinite, and the loss with it. */
    private static void checkWeights(LossWeight weight, List<NoiseLevel> levels, double[] rounded, double[] weights) {
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0 && Double.isFinite(rounded[i]))) {
                throw new IllegalArgumentException("the weight of sample " + i + " is " + weights[i] + " by " + weight + " at " + levels.get(i)
                        + "; weights are at least 0 and finite in FLOAT (in DOUBLE where the data are)");
            }
        }
    }

    private static double[] each(List<NoiseLevel> levels, ToDoubleFunction<NoiseLevel> value) {
        return levels.stream().mapToDouble(value).toArray();
    }

    /**
     * The batch in ND4J's terms: features (input, timesteps), labels (target, weights).
     *
     * @return a data set of the same arrays
     */
    public MultiDataSet toMultiDataSet() {
        return new MultiDataSet(new INDArray[] {input, timesteps}, new INDArray[] {target, weights});
    }
}
