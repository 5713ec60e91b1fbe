package io.github.diffusion4j.samplers.grids;

import io.github.diffusion4j.core.kernel.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Errors of a usual grid and of a fitted one on samples that nothing was fitted to. Both mean and median count: a few samples that become another picture carry the mean.
 *
 * @param usual the error of each sample on the usual grid
 * @param fitted the error of each on the fitted one, from the same noise
 */
public record Comparison(List<Double> usual, List<Double> fitted) {

    /** So much less than the usual error a fitted grid must have. */
    private static final double LEAST_GAIN = 0.1;

    /** Checks that there are errors of the same samples. */
    public Comparison {
        usual = List.copyOf(usual);
        fitted = List.copyOf(fitted);
        if (usual.isEmpty() || usual.size() != fitted.size()) {
            throw new IllegalArgumentException("grids are compared on the same samples, at least one, got " + usual.size() + " and " + fitted.size());
        }
    }

    /**
     * The error of a sample: the norm of its difference from the fine one over the norm of the fine one.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param sample the end of a run
     * @param fine the end of a fine run from the same noise
     * @return the error
     */
    public static <A> double error(Arrays<A> arrays, A sample, A fine) {
        double[] got = arrays.memory(sample).values();
        double[] wanted = arrays.memory(fine).values();
        double difference = IntStream.range(0, wanted.length).mapToDouble(i -> (got[i] - wanted[i]) * (got[i] - wanted[i])).sum();
        return Math.sqrt(difference / IntStream.range(0, wanted.length).mapToDouble(i -> wanted[i] * wanted[i]).sum());
    }

    /**
     * The mean of errors.
     *
     * @param errors of some samples
     * @return the mean
     */
    public static double mean(List<Double> errors) {
        return errors.stream().mapToDouble(error -> error).average().orElseThrow();
    }

    /**
     * The median of errors.
     *
     * @param errors of some samples
     * @return the median
     */
    public static double median(List<Double> errors) {
        double[] sorted = errors.stream().mapToDouble(error -> error).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /**
     * Whether the fitted grid is worth having: mean and median are a tenth less.
     *
     * @return true if it is
     */
    public boolean wins() {
        return mean(fitted) <= (1 - LEAST_GAIN) * mean(usual) && median(fitted) <= (1 - LEAST_GAIN) * median(usual);
    }
}
