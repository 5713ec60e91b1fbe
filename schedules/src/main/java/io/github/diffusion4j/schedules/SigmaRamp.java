package io.github.diffusion4j.schedules;

import java.io.Serializable;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.BetaDistribution;

/** How noise levels fall from the highest to the lowest: a ramp over {@code sigma / alpha} or another coordinate of noise. */
@FunctionalInterface
public interface SigmaRamp extends Serializable {

    /**
     * The noise levels.
     *
     * @param highest the first level, above 0
     * @param lowest the last level, above 0
     * @param count how many levels, at least 1; a single level is the highest
     * @return the levels
     */
    double[] sigmas(double highest, double lowest, int count);

    /**
     * Equal steps of {@code sigma^(1/rho)} (Karras et al., arXiv:2206.00364, equation 5).
     *
     * @param rho 7 in the paper; larger values put more levels at low noise
     * @return the ramp
     */
    static SigmaRamp karras(double rho) {
        return (highest, lowest, count) -> {
            double from = Math.pow(highest, 1 / rho);
            double to = Math.pow(lowest, 1 / rho);
            return ramp(count, w -> Math.pow(from + w * (to - from), rho));
        };
    }

    /**
     * Equal steps of {@code ln sigma}.
     *
     * @return the ramp
     */
    static SigmaRamp exponential() {
        return (highest, lowest, count) -> {
            double from = Math.log(highest);
            double to = Math.log(lowest);
            return ramp(count, w -> Math.exp(from + w * (to - from)));
        };
    }

    /**
     * Quantiles of a beta distribution, {@code lowest + (highest - lowest) F^-1(1 - w)} (Lee et al., arXiv:2407.12173).
     *
     * @param alpha the first shape parameter, 0.6 in the paper
     * @param beta the second shape parameter, 0.6 in the paper
     * @return the ramp
     */
    static SigmaRamp beta(double alpha, double beta) {
        return (highest, lowest, count) -> {
            BetaDistribution distribution = new BetaDistribution(alpha, beta, 1e-15);
            return ramp(count, w -> lowest + (highest - lowest) * distribution.inverseCumulativeProbability(1 - w));
        };
    }

    private static double[] ramp(int count, DoubleUnaryOperator sigma) {
        if (count < 1) {
            throw new IllegalArgumentException("a ramp needs at least one level, got " + count);
        }
        return IntStream.range(0, count).mapToDouble(i -> sigma.applyAsDouble(count == 1 ? 0 : (double) i / (count - 1))).toArray();
    }
}
