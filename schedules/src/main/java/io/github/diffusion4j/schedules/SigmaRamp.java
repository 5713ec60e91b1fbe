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
     * @return the levels, descending
     */
    double[] sigmas(double highest, double lowest, int count);

    /**
     * Equal steps of {@code sigma^(1/rho)} (Karras et al., arXiv:2206.00364, equation 5).
     *
     * @param rho above 0, 7 in the paper; larger values put more levels at low noise
     * @return the ramp
     */
    static SigmaRamp karras(double rho) {
        checkPositive("rho", rho);
        return (highest, lowest, count) -> {
            double from = Math.pow(highest, 1 / rho);
            double to = Math.pow(lowest, 1 / rho);
            return ramp(count, w -> Math.pow(from + w * (to - from), rho));
        };
    }

    /**
     * Equal steps of {@code ln sigma}, so of log SNR; the same as equal ratios of {@code sigma^2} (the variance-exploding steps of Karras et al., table 1).
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
        checkPositive("alpha", alpha);
        checkPositive("beta", beta);
        return (highest, lowest, count) -> {
            BetaDistribution distribution = new BetaDistribution(alpha, beta, 1e-15);
            return ramp(count, w -> lowest + (highest - lowest) * distribution.inverseCumulativeProbability(1 - w));
        };
    }

    /**
     * Powers of equal steps on the way in {@code ln sigma}, {@code exp(ln lowest + (1 - w)^rho (ln highest - ln lowest))} (k-diffusion).
     *
     * @param rho above 0; 1 gives equal steps of ln sigma, larger values put more levels at low noise
     * @return the ramp
     */
    static SigmaRamp polyexponential(double rho) {
        checkPositive("rho", rho);
        return (highest, lowest, count) -> {
            double from = Math.log(highest);
            double to = Math.log(lowest);
            return ramp(count, w -> Math.exp(to + Math.pow(1 - w, rho) * (from - to)));
        };
    }

    /**
     * Equal steps of {@code atan sigma}, the KL-optimal steps of Align Your Steps for Gaussian data of unit variance (Sabour et al., arXiv:2404.14507, theorem 3.1).
     *
     * @return the ramp
     */
    static SigmaRamp klOptimal() {
        return (highest, lowest, count) -> {
            double from = Math.atan(highest);
            double to = Math.atan(lowest);
            return ramp(count, w -> Math.tan(from + w * (to - from)));
        };
    }

    /**
     * Quantiles of a Laplace distribution of {@code ln sigma}, {@code exp(mu - b sgn(1/2 - w) ln(1 - 2 |1/2 - w| + 1e-5))}, cut off at both ends of the range
     * (Hang et al., arXiv:2407.03297, table 1). Levels beyond the range become its ends, so that some may be equal.
     *
     * @param mu the middle of ln sigma
     * @param b the scale, above 0
     * @return the ramp
     */
    static SigmaRamp laplace(double mu, double b) {
        checkPositive("b", b);
        return (highest, lowest, count) -> ramp(count, w -> {
            double quantile = Math.exp(mu - b * Math.signum(0.5 - w) * Math.log(1 - 2 * Math.abs(0.5 - w) + 1e-5));
            return Math.max(lowest, Math.min(highest, quantile));
        });
    }

    private static void checkPositive(String name, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(name + " must be positive and finite, got " + value);
        }
    }

    private static double[] ramp(int count, DoubleUnaryOperator sigma) {
        if (count < 1) {
            throw new IllegalArgumentException("a ramp needs at least one level, got " + count);
        }
        return IntStream.range(0, count).mapToDouble(i -> sigma.applyAsDouble(count == 1 ? 0 : (double) i / (count - 1))).toArray();
    }
}
