package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.plan.Noising;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * A batch that a network trains on. With {@code x = alpha x0 + sigma eps} at each sample's timestep, it holds
 * {@code input = scale x}, the parameterization's target and the weight of each sample's squared error.
 *
 * @param <A> the array of a library
 * @param input what the network sees, of the data's shape
 * @param timesteps what it is conditioned on, one value for each row: DOUBLE for DOUBLE data, otherwise FLOAT
 * @param target what it should output, of the data's shape
 * @param weights the weights, one for each row, of the timesteps' type
 */
public record NoisedBatch<A>(A input, A timesteps, A target, A weights) {

    /**
     * Noises a batch: input, target and weights in one pass over data and noise.
     *
     * @param <A> the array of a library
     * @param process the forward process and the parameterization: a scheduler, or {@code scheduler.on(arrays)}
     * @param data the clean data x0, samples along the first axis
     * @param noise N(0, I) noise of the same shape and type
     * @param draw the timesteps
     * @param weight the loss weight, multiplied by the draw's importance weights
     * @return the batch, of new arrays
     * @throws IllegalArgumentException if data, noise and timesteps do not agree, or a weight is negative, or beyond the range of its type, naming it
     */
    public static <A> NoisedBatch<A> of(Noising<A> process, A data, A noise, TimestepSampler.Draw draw, LossWeight weight) {
        Arrays<A> arrays = process.arrays();
        double[] timesteps = draw.timesteps();
        checkAgree(process, data, noise, timesteps.length);
        Parameterization parameterization = process.scheduler().parameterization();
        List<NoiseLevel> levels = DoubleStream.of(timesteps).mapToObj(process.scheduler()::level).toList();
        double[] importance = draw.weights();
        double[] weights = new double[timesteps.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = importance[i] * weight.weight(levels.get(i), parameterization);
        }
        ElementType numbers = arrays.type(data).computed();
        A rounded = arrays.vector(numbers, weights);
        checkWeights(weight, levels, arrays.values(rounded), weights);
        A input = arrays.make(arrays.type(data), arrays.shape(data));
        A target = arrays.make(arrays.type(data), arrays.shape(data));
        Kernels.combine(arrays, process.rows(), List.of(input, target), true, List.of(
                sum(data, noise, each(levels, l -> l.alpha() * parameterization.inputScale(l)), each(levels, l -> l.sigma() * parameterization.inputScale(l))),
                sum(data, noise, each(levels, l -> parameterization.target(l).first()), each(levels, l -> parameterization.target(l).second()))));
        return new NoisedBatch<>(input, arrays.vector(numbers, each(levels, parameterization::conditioning)), target, rounded);
    }

    private static <A> void checkAgree(Noising<A> process, A data, A noise, int timesteps) {
        Arrays<A> arrays = process.arrays();
        long[] shape = arrays.shape(data);
        if (arrays.type(data) != arrays.type(noise) || !java.util.Arrays.equals(shape, arrays.shape(noise)) || shape.length == 0 || process.rows().count(shape) != timesteps) {
            throw new IllegalArgumentException("data, noise and timesteps must agree, got " + arrays.type(data) + java.util.Arrays.toString(shape) + ", " + arrays.type(noise)
                    + java.util.Arrays.toString(arrays.shape(noise)) + " and " + timesteps + " timesteps");
        }
    }

    private static <A> List<Term<A>> sum(A data, A noise, double[] first, double... second) {
        return List.of(new Term<>(data, first), new Term<>(noise, second));
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
}
