package io.github.diffusion4j.schedules;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.BetaDistribution;

/** How noise levels fall from the highest to the lowest: a ramp over {@code sigma / alpha} or another coordinate of noise. */
@FunctionalInterface
public interface SigmaRamp extends Serializable {

    /**
     * The noise level at a place of the ramp. {@link #sigmas} gives the ends themselves, whatever a formula's rounding makes of them.
     *
     * @param highest the level at place 0, above 0
     * @param lowest the level at place 1, above 0
     * @param place in [0, 1]
     * @return the level
     */
    double sigma(double highest, double lowest, double place);

    /**
     * The noise levels at given places. Place 0 is exactly the highest level, place 1 exactly the lowest, and no level lies beyond them.
     *
     * @param highest the level at place 0, above 0
     * @param lowest the level at place 1, above 0
     * @param places in [0, 1]
     * @return a level for each place
     */
    default double[] at(double highest, double lowest, double... places) {
        double top = Math.max(highest, lowest);
        double bottom = Math.min(highest, lowest);
        return Arrays.stream(places).map(w -> w == 0 ? highest : w == 1 ? lowest : Math.max(bottom, Math.min(top, sigma(highest, lowest, w)))).toArray();
    }

    /**
     * The noise levels at equal distances of the place.
     *
     * @param highest the first level, above 0
     * @param lowest the last level, above 0
     * @param count how many levels, at least 1; a single level is the highest
     * @return the levels, from the highest to the lowest, both exactly as given
     */
    default double[] sigmas(double highest, double lowest, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a ramp needs at least one level, got " + count);
        }
        return at(highest, lowest, IntStream.range(0, count).mapToDouble(i -> count == 1 ? 0 : (double) i / (count - 1)).toArray());
    }

    /**
     * Equal steps of {@code sigma^(1/rho)} (Karras et al., arXiv:2206.00364, equation 5).
     *
     * @param rho above 0, 7 in the paper; larger values put more levels at low noise
     * @return the ramp
     */
    static SigmaRamp karras(double rho) {
        return new Karras(rho);
    }

    /**
     * Equal steps of {@code ln sigma}, so of log SNR; the same as equal ratios of {@code sigma^2} (the variance-exploding steps of Karras et al., table 1).
     *
     * @return the ramp
     */
    static SigmaRamp exponential() {
        return new Exponential();
    }

    /**
     * Quantiles of a beta distribution, {@code lowest + (highest - lowest) F^-1(1 - w)} (Lee et al., arXiv:2407.12173).
     *
     * @param alpha the first shape parameter, 0.6 in the paper
     * @param beta the second shape parameter, 0.6 in the paper
     * @return the ramp
     */
    static SigmaRamp beta(double alpha, double beta) {
        return new Beta(alpha, beta);
    }

    /**
     * Powers of equal steps on the way in {@code ln sigma}, {@code exp(ln lowest + (1 - w)^rho (ln highest - ln lowest))} (k-diffusion).
     *
     * @param rho above 0; 1 gives equal steps of ln sigma, larger values put more levels at low noise
     * @return the ramp
     */
    static SigmaRamp polyexponential(double rho) {
        return new Polyexponential(rho);
    }

    /**
     * Equal steps of {@code atan sigma}, the KL-optimal steps of Align Your Steps for Gaussian data of unit variance (Sabour et al., arXiv:2404.14507, theorem 3.1).
     *
     * @return the ramp
     */
    static SigmaRamp klOptimal() {
        return new KlOptimal();
    }

    /**
     * Quantiles of a Laplace distribution of {@code ln sigma}, {@code exp(mu - b sgn(1/2 - w) ln(1 - 2 |1/2 - w| + 1e-5))}, cut off at both ends of the range
     * (Hang et al., arXiv:2407.03297, table 1). Levels beyond the range become its ends, so that some may be equal; a range wider than the distribution is not filled.
     *
     * @param mu the middle of ln sigma
     * @param b the scale, above 0
     * @return the ramp
     */
    static SigmaRamp laplace(double mu, double b) {
        return new Laplace(mu, b);
    }

    /**
     * Equal steps of {@code sigma^(1/rho)}.
     *
     * @param rho above 0
     */
    record Karras(double rho) implements SigmaRamp {

        /** Checks rho. */
        public Karras {
            checkPositive("rho", rho);
        }

        @Override
        public double sigma(double highest, double lowest, double place) {
            double from = Math.pow(highest, 1 / rho);
            double to = Math.pow(lowest, 1 / rho);
            return Math.pow(from + place * (to - from), rho);
        }
    }

    /** Equal steps of {@code ln sigma}. */
    record Exponential() implements SigmaRamp {
        @Override
        public double sigma(double highest, double lowest, double place) {
            return Math.exp(Math.log(highest) + place * (Math.log(lowest) - Math.log(highest)));
        }
    }

    /**
     * Quantiles of a beta distribution.
     *
     * @param alpha the first shape parameter, above 0
     * @param beta the second shape parameter, above 0
     */
    record Beta(double alpha, double beta) implements SigmaRamp {

        /** Checks the parameters. */
        public Beta {
            checkPositive("alpha", alpha);
            checkPositive("beta", beta);
        }

        @Override
        public double sigma(double highest, double lowest, double place) {
            return lowest + (highest - lowest) * new BetaDistribution(alpha, beta, 1e-15).inverseCumulativeProbability(1 - place);
        }
    }

    /**
     * Powers of equal steps on the way in {@code ln sigma}.
     *
     * @param rho above 0
     */
    record Polyexponential(double rho) implements SigmaRamp {

        /** Checks rho. */
        public Polyexponential {
            checkPositive("rho", rho);
        }

        @Override
        public double sigma(double highest, double lowest, double place) {
            return Math.exp(Math.log(lowest) + Math.pow(1 - place, rho) * (Math.log(highest) - Math.log(lowest)));
        }
    }

    /** Equal steps of {@code atan sigma}. */
    record KlOptimal() implements SigmaRamp {
        @Override
        public double sigma(double highest, double lowest, double place) {
            return Math.tan(Math.atan(highest) + place * (Math.atan(lowest) - Math.atan(highest)));
        }
    }

    /**
     * Quantiles of a Laplace distribution: the one ramp whose ends need not be those of the range.
     *
     * @param mu the middle of ln sigma
     * @param b the scale, above 0
     */
    record Laplace(double mu, double b) implements SigmaRamp {

        /** Checks the parameters. */
        public Laplace {
            if (!Double.isFinite(mu)) {
                throw new IllegalArgumentException("mu must be finite, got " + mu);
            }
            checkPositive("b", b);
        }

        @Override
        public double sigma(double highest, double lowest, double place) {
            double quantile = Math.exp(mu - b * Math.signum(0.5 - place) * Math.log(1 - 2 * Math.abs(0.5 - place) + 1e-5));
            return Math.max(lowest, Math.min(highest, quantile));
        }

        @Override
        public double[] at(double highest, double lowest, double... places) {
            return Arrays.stream(places).map(place -> sigma(highest, lowest, place)).toArray();
        }
    }

    private static void checkPositive(String name, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(name + " must be positive and finite, got " + value);
        }
    }
}
