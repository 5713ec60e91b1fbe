package io.github.diffusion4j.core;

import java.io.Serializable;

/**
 * One point of the forward path {@code x = alpha * x0 + sigma * eps} with {@code eps ~ N(0, I)}.
 *
 * <p>Variance-preserving, variance-exploding, EDM and flow-matching processes are different curves
 * through the plane {@code (alpha, sigma)}. All derived quantities follow Kingma et al., "Variational
 * Diffusion Models" (arXiv:2107.00630), section 3, and Karras et al. (arXiv:2206.00364), table 1.
 *
 * @param time the value the network is conditioned on; data for the network, never a key
 * @param alpha the signal coefficient, at least 0
 * @param sigma the noise coefficient, at least 0; not 0 together with alpha
 */
public record NoiseLevel(double time, double alpha, double sigma) implements Serializable {

    /** How far two computations of one coefficient may lie apart, relatively. */
    private static final double ROUNDING = 1e-12;

    /**
     * Checks the level.
     *
     * @throws IllegalArgumentException if a value is not finite, alpha or sigma is negative, or both are 0
     */
    public NoiseLevel {
        boolean valid = Double.isFinite(time) && Double.isFinite(alpha) && Double.isFinite(sigma)
                && alpha >= 0 && sigma >= 0 && alpha + sigma > 0;
        if (!valid) {
            throw new IllegalArgumentException("not a noise level: time=" + time + ", alpha=" + alpha + ", sigma=" + sigma
                    + "; needs finite values, alpha >= 0, sigma >= 0, not both 0");
        }
    }

    /**
     * A variance-preserving level, {@code alpha = sqrt(alphaCumprod)}, {@code sigma = sqrt(1 - alphaCumprod)}
     * (Ho et al., arXiv:2006.11239, equation 4).
     *
     * @param time the network's time
     * @param alphaCumprod the remaining signal power, in [0, 1]
     * @return the level
     */
    public static NoiseLevel variancePreserving(double time, double alphaCumprod) {
        if (!(alphaCumprod >= 0 && alphaCumprod <= 1)) {
            throw new IllegalArgumentException("alphaCumprod must lie in [0, 1], got " + alphaCumprod + " at time " + time);
        }
        return new NoiseLevel(time, Math.sqrt(alphaCumprod), Math.sqrt(1 - alphaCumprod));
    }

    /**
     * The level of clean data: alpha 1, sigma 0.
     *
     * @param time the network's time
     * @return the level
     */
    public static NoiseLevel clean(double time) {
        return new NoiseLevel(time, 1, 0);
    }

    /**
     * Whether this is the same point of the path as another but for rounding: alpha and sigma agree to {@code 1e-12} of themselves. The network's time does not count.
     *
     * @param other the other level
     * @return true if nothing but rounding tells the two apart
     */
    public boolean sameAs(NoiseLevel other) {
        return close(alpha, other.alpha) && close(sigma, other.sigma);
    }

    private static boolean close(double a, double b) {
        return Math.abs(a - b) <= ROUNDING * Math.max(a, b);
    }

    /**
     * The same point of the path under another network time.
     *
     * @param newTime the network's time
     * @return the level
     */
    public NoiseLevel withTime(double newTime) {
        return new NoiseLevel(newTime, alpha, sigma);
    }

    /**
     * The signal-to-noise ratio {@code alpha^2 / sigma^2}.
     *
     * @return the ratio, 0 for pure noise, infinite for clean data
     */
    public double snr() {
        return (alpha / sigma) * (alpha / sigma);
    }

    /**
     * The logarithm of {@link #snr()}.
     *
     * @return {@code 2 (ln alpha - ln sigma)}
     */
    public double logSnr() {
        return 2 * lambda();
    }

    /**
     * Half the log signal-to-noise ratio, the integration variable of DPM-Solver (arXiv:2206.00927, section 3).
     *
     * @return {@code ln(alpha / sigma)}
     */
    public double lambda() {
        return Math.log(alpha) - Math.log(sigma);
    }

    /**
     * The noise level in EDM's variance-exploding coordinate (arXiv:2206.00364).
     *
     * @return {@code sigma / alpha}, infinite for pure noise
     */
    public double edmSigma() {
        return sigma / alpha;
    }
}
