package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.ArrayPass;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Moments;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.plan.Noising;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A batch that a network trains on. With {@code x = alpha x0 + sigma eps} at each sample's noise level, it holds
 * {@code input = scale x}, the parameterization's target and the weight of each sample's squared error.
 *
 * @param <A> the array of a library
 * @param input what the network sees, of the data's shape
 * @param timesteps what it is conditioned on, one value for each row: DOUBLE for DOUBLE data, otherwise FLOAT
 * @param columns what else it is conditioned on (a second time, a guidance scale), each with one value for each row; none for most recipes
 * @param target what it should output, of the data's shape
 * @param weights the weights, one for each row, of the timesteps' type
 */
public record NoisedBatch<A>(A input, A timesteps, List<A> columns, A target, A weights) {

    /** Copies the list. */
    public NoisedBatch {
        columns = List.copyOf(columns);
    }

    /**
     * Noises a batch: input, target and weights in one pass over data and noise.
     *
     * @param <A> the array of a library
     * @param process the forward process and the parameterization: a scheduler, or {@code scheduler.on(arrays)}
     * @param data the clean data x0, samples along the first axis
     * @param noise N(0, I) noise of the same shape and type
     * @param drawn the noise levels, one for each row
     * @param weight the loss weight, multiplied by the importance weights
     * @return the batch, of new arrays
     * @throws IllegalArgumentException if data, noise and levels do not agree, or a weight is beyond the range of its type, naming it
     */
    public static <A> NoisedBatch<A> of(Noising<A> process, A data, A noise, DrawnLevels drawn, LossWeight weight) {
        return of(process, data, noise, noise, drawn, weight);
    }

    /**
     * Noises a batch whose input holds other noise than its target.
     *
     * @param <A> the array of a library
     * @param process the forward process and the parameterization: a scheduler, or {@code scheduler.on(arrays)}
     * @param data the clean data x0, samples along the first axis
     * @param noise the noise of the target, of the same shape and type
     * @param seen the noise of the input, of the same shape and type
     * @param drawn the noise levels, one for each row
     * @param weight the loss weight, multiplied by the importance weights
     * @return the batch, of new arrays
     * @throws IllegalArgumentException if data, noise and levels do not agree, or a weight is beyond the range of its type, naming it
     */
    public static <A> NoisedBatch<A> of(Noising<A> process, A data, A noise, A seen, DrawnLevels drawn, LossWeight weight) {
        Arrays<A> arrays = process.arrays();
        List<NoiseLevel> levels = drawn.levels();
        checkAgree(process, data, noise, levels.size());
        Parameterization parameterization = process.scheduler().parameterization();
        double[] weights = drawn.weights();
        for (int i = 0; i < weights.length; i++) {
            double own = weight.weight(levels.get(i), parameterization);
            if (!(own >= 0)) {
                throw new IllegalArgumentException("the weight of sample " + i + " is " + own + " by " + weight + " at " + levels.get(i)
                        + "; weights of errors are at least 0, and what an objective takes away has a level of negative weight");
            }
            weights[i] *= own;
        }
        ElementType numbers = arrays.type(data).computed();
        A input = arrays.make(arrays.type(data), arrays.shape(data));
        A target = arrays.make(arrays.type(data), arrays.shape(data));
        double[] none = {0};
        double[] signal = each(levels, l -> l.alpha() * parameterization.inputScale(l));
        double[] noised = each(levels, l -> l.sigma() * parameterization.inputScale(l));
        double[] wanted = each(levels, l -> parameterization.target(l).first());
        double[] wantedNoise = each(levels, l -> parameterization.target(l).second());
        boolean same = noise == seen;
        List<Term<A>> ofInput = same ? sum(List.of(data, noise), signal, noised) : sum(List.of(data, noise, seen), signal, none, noised);
        List<Term<A>> ofTarget = same ? sum(List.of(data, noise), wanted, wantedNoise) : sum(List.of(data, noise, seen), wanted, wantedNoise, none);
        Kernels.combine(arrays, process.rows(), List.of(input, target), true, List.of(ofInput, ofTarget));
        return new NoisedBatch<>(input, arrays.vector(numbers, each(levels, parameterization::conditioning)), List.of(), target, weights(arrays, numbers, levels, weights));
    }

    /** The weights as an array; a weight beyond the largest number of its type would become infinite, and the loss with it. */
    private static <A> A weights(Arrays<A> arrays, ElementType type, List<NoiseLevel> levels, double... weights) {
        A rounded = arrays.vector(type, weights);
        double[] kept = arrays.values(rounded);
        for (int i = 0; i < weights.length; i++) {
            if (!Double.isFinite(kept[i])) {
                throw new IllegalArgumentException("the weight of sample " + i + " is " + weights[i] + " at " + levels.get(i)
                        + "; weights are finite in FLOAT (in DOUBLE where the data are)");
            }
        }
        return rounded;
    }

    /**
     * The batch whose weighted squared error, a mean over elements, has the gradient of a loss of another norm: for libraries without that norm, or for weights that are taken without gradient. The
     * weight of a row becomes {@code w n dvalue/dS} with S the sum of squared errors of its n elements now (see {@link LossNorm}).
     *
     * @param process the library of the arrays and their rows
     * @param norm the norm of a row
     * @param output what the network returns for the batch now, of the target's shape
     * @return the batch, of the same arrays but for the weights
     * @throws IllegalArgumentException if a weight is not finite, as where an error of 0 has no direction
     */
    public NoisedBatch<A> normed(Noising<A> process, LossNorm norm, A output) {
        Arrays<A> arrays = process.arrays();
        double[] scaled = arrays.values(weights);
        Moments[] errors = new ArrayPass<>(arrays, process.rows(), 2).difference(output, target);
        for (int row = 0; row < scaled.length; row++) {
            double slope = norm.slope(errors[row].product(0, 0));
            if (!Double.isFinite(slope)) {
                throw new IllegalArgumentException("the error of sample " + row + " is " + errors[row].norm(0) + ", where " + norm + " has the slope " + slope + "; use a norm that is smooth at 0");
            }
            scaled[row] *= errors[row].values() * slope;
        }
        return new NoisedBatch<>(input, timesteps, columns, target, arrays.vector(arrays.type(weights), scaled));
    }

    private static <A> void checkAgree(Noising<A> process, A data, A noise, int levels) {
        Arrays<A> arrays = process.arrays();
        long[] shape = arrays.shape(data);
        if (arrays.type(data) != arrays.type(noise) || !java.util.Arrays.equals(shape, arrays.shape(noise)) || shape.length == 0 || process.rows().count(shape) != levels) {
            throw new IllegalArgumentException("data, noise and levels must agree, got " + arrays.type(data) + java.util.Arrays.toString(shape) + ", " + arrays.type(noise)
                    + java.util.Arrays.toString(arrays.shape(noise)) + " and " + levels + " levels");
        }
    }

    private static <A> List<Term<A>> sum(List<A> arrays, double[]... weights) {
        return IntStream.range(0, weights.length).mapToObj(k -> new Term<>(arrays.get(k), weights[k])).toList();
    }

    private static double[] each(List<NoiseLevel> levels, ToDoubleFunction<NoiseLevel> value) {
        return levels.stream().mapToDouble(value).toArray();
    }
}
