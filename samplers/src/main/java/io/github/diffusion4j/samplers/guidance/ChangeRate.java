package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.guidance.Skipping;
import java.util.List;

/**
 * EasyCache (arXiv:2507.02860, algorithm 1): the output changes k times as much as the input, so that the relative change since the last call accumulates to
 * <pre>
 *   acc = sum of k mean|x - x'| / mean|v'|,   k = mean|v - v'| / mean|x - x'| at the last call
 * </pre>
 * and evaluations are left out while it stays below a threshold; their output is {@code x + (v' - x')}. Each row decides for itself. In Diffusers and the paper x' is the input before, in ComfyUI the
 * input of the last call.
 *
 * @param threshold the largest accumulated change
 * @param fromPrevious whether changes of the input are taken since the evaluation before, rather than since the last call
 * @param onData whether v is the data estimate (ComfyUI's LazyCache) rather than the network's output
 * @param high the highest {@code sigma / alpha} of an evaluation that may be left out
 * @param low below this {@code sigma / alpha} every evaluation is computed
 * @param first how many evaluations at the start are computed in any case, at least 1
 * @param last how many at the end
 * @param subsample how far apart the positions are that are looked at, along the last two axes
 */
public record ChangeRate(double threshold, boolean fromPrevious, boolean onData, double high, double low, int first, int last, int subsample) implements Skipping {

    private static final int RATE = 0;
    private static final int CHANGE = 1;

    /** Checks the numbers. */
    public ChangeRate {
        if (!(threshold >= 0) || !(low >= 0 && low <= high) || first < 1 || last < 0 || subsample < 1) {
            throw new IllegalArgumentException("a change rate needs a threshold of at least 0, 0 <= low <= high, at least 1 computed evaluation at the start, and positions 1 or more apart, got threshold "
                    + threshold + ", low " + low + ", high " + high + ", first " + first + ", last " + last + ", subsample " + subsample);
        }
    }

    /**
     * EasyCache as published, on the network's output, at every noise level; the last evaluation is computed.
     *
     * @param threshold the largest accumulated change; 0.05 for Wan, 0.025 for Hunyuan
     * @param first how many evaluations at the start are computed
     * @return the rule
     */
    public static ChangeRate easyCache(double threshold, int first) {
        return new ChangeRate(threshold, true, false, Double.POSITIVE_INFINITY, 0, first, 1, 1);
    }

    /**
     * ComfyUI's LazyCache, on the guided data estimate.
     *
     * @param threshold the largest accumulated change, 0.2 by default there
     * @param high the highest {@code sigma / alpha} of an evaluation that may be left out
     * @param low below this {@code sigma / alpha} every evaluation is computed
     * @param subsample how far apart the positions are that are looked at, 8 there
     * @return the rule
     */
    public static ChangeRate lazyCache(double threshold, double high, double low, int subsample) {
        return new ChangeRate(threshold, false, true, high, low, 1, 0, subsample);
    }

    @Override
    public List<String> arrays() {
        return Residual.arrays(fromPrevious);
    }

    @Override
    public List<String> numbers() {
        return List.of("rate of change", "accumulated change");
    }

    @Override
    public Rules at(Place place) {
        boolean held = !place.held().isEmpty();
        double sigma = place.level().edmSigma();
        Residual residual = Residual.of(place, onData, fromPrevious);
        if (sigma < low) {
            return Rules.COMPUTE;
        }
        if (!held || sigma > high || residual.second() == 0 || !Double.isFinite(residual.second())) {
            return residual.recording(held);
        }
        boolean forced = place.evaluation() < first || place.evaluation() >= place.evaluations() - last;
        return new Measured(residual, forced);
    }

    private final class Measured extends Residual.Reusing {

        private final boolean forced;

        Measured(Residual residual, boolean forced) {
            super(residual);
            this.forced = forced;
        }

        @Override
        public double[][] before() {
            return forced ? new double[0][] : new double[][] {residual().inputChange(), residual().of(0, 0, 1, 0)};
        }

        /** A rate of 0 is none: an output that did not change says nothing of the next one. */
        @Override
        public boolean skips(double[] numbers, double... means) {
            if (numbers[RATE] == 0) {
                return false;
            }
            numbers[CHANGE] += numbers[RATE] * means[0] / means[1];
            boolean skips = numbers[CHANGE] < threshold;
            numbers[CHANGE] = skips ? numbers[CHANGE] : 0;
            return skips;
        }

        @Override
        public double[][] after() {
            return new double[][] {residual().of(residual().first(), residual().second(), 0, -1, 0), residual().of(residual().scale(), 0, -1, 0, 0)};
        }

        @Override
        public void computed(double[] numbers, double... means) {
            numbers[CHANGE] = 0;
            numbers[RATE] = means[1] == 0 ? 0 : means[0] / means[1];
        }
    }
}
