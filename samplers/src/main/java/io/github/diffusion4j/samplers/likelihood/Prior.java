package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.NoiseLevel;
import java.io.Serializable;

/** The density of samples where a run ends at the noise. */
@FunctionalInterface
public interface Prior extends Serializable {

    /**
     * The log-density of one sample.
     *
     * @param level the noise level at which the sample stands
     * @param sample its values
     * @return the log-density in nats
     */
    double logDensity(NoiseLevel level, double... sample);

    /**
     * The marginal of independent Gaussian data, {@code N(alpha mean, alpha^2 variance + sigma^2)} for each value.
     *
     * @param mean the mean of the data
     * @param variance their variance, at least 0
     * @return the prior
     */
    static Prior ofData(double mean, double variance) {
        return new OfData(mean, variance);
    }

    /**
     * The marginal of data of mean 0 and variance 1: {@code N(0, alpha^2 + sigma^2)}, which is N(0, 1) on every variance-preserving path and on a flow's end, and the same in all coordinates of one
     * model.
     *
     * @return {@code ofData(0, 1)}
     */
    static Prior standard() {
        return ofData(0, 1);
    }

    /**
     * Noise alone, {@code N(0, sigma^2)}: what is taken on variance-exploding paths (Song et al., arXiv:2011.13456, appendix C).
     *
     * @return {@code ofData(0, 0)}
     */
    static Prior noise() {
        return ofData(0, 0);
    }

    /**
     * The marginal of independent Gaussian data.
     *
     * @param mean the mean of the data
     * @param variance their variance
     */
    record OfData(double mean, double variance) implements Prior {

        /** Checks mean and variance. */
        public OfData {
            if (!(Double.isFinite(mean) && variance >= 0 && Double.isFinite(variance))) {
                throw new IllegalArgumentException("data have a finite mean and a finite variance of at least 0, got " + mean + " and " + variance);
            }
        }

        @Override
        public double logDensity(NoiseLevel level, double... sample) {
            double centre = level.alpha() * mean;
            double power = level.alpha() * level.alpha() * variance + level.sigma() * level.sigma();
            double squares = 0;
            for (double x : sample) {
                squares += (x - centre) * (x - centre);
            }
            return -0.5 * (squares / power + sample.length * Math.log(2 * Math.PI * power));
        }
    }
}
