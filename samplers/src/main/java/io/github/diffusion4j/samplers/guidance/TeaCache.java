package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.guidance.Skipping;
import java.util.List;

/**
 * TeaCache's rule (Liu et al., arXiv:2411.19108, equation 6) on what the library sees, the network's input: {@code acc = sum of |p(mean|x - x'| / mean|x'|)|} with x' the input before, evaluations are
 * left out while it stays below a threshold, and their output is {@code x + (v' - x')} of the last call. The polynomial is to be fitted to the network; the published ones are for an array within it.
 * Each row decides for itself.
 *
 * @param threshold the largest accumulated change
 * @param polynomial the coefficients of p, highest power first
 * @param first how many evaluations at the start are computed, at least 1
 * @param last how many at the end
 */
public record TeaCache(double threshold, List<Double> polynomial, int first, int last) implements Skipping {

    /** Copies the list and checks the numbers. */
    public TeaCache {
        polynomial = List.copyOf(polynomial);
        if (!(threshold >= 0) || polynomial.isEmpty() || first < 1 || last < 0) {
            throw new IllegalArgumentException("TeaCache needs a threshold of at least 0, a coefficient or more, and at least 1 computed evaluation at the start, got threshold " + threshold + ", "
                    + polynomial.size() + " coefficients, first " + first + ", last " + last);
        }
    }

    @Override
    public List<String> arrays() {
        return Residual.arrays(true);
    }

    @Override
    public List<String> numbers() {
        return List.of("accumulated change");
    }

    @Override
    public Rules at(Place place) {
        boolean held = !place.held().isEmpty();
        Residual residual = Residual.of(place, false, true);
        boolean forced = !held || place.evaluation() < first || place.evaluation() >= place.evaluations() - last;
        return forced ? residual.recording(held) : new Measured(residual);
    }

    private double at(double x) {
        double sum = 0;
        for (double coefficient : polynomial) {
            sum = sum * x + coefficient;
        }
        return sum;
    }

    private final class Measured extends Residual.Reusing {

        Measured(Residual residual) {
            super(residual);
        }

        @Override
        public double[][] before() {
            return new double[][] {residual().inputChange(), residual().of(0, 0, 0, 1)};
        }

        @Override
        public boolean skips(double[] numbers, double... means) {
            numbers[0] += Math.abs(at(means[0] / means[1]));
            boolean skips = numbers[0] < threshold;
            numbers[0] = skips ? numbers[0] : 0;
            return skips;
        }
    }
}
