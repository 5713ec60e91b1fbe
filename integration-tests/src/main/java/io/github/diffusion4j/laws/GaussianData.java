package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.NoiseLevel;

/**
 * Data N(mean, deviation^2). The estimate is affine in x, and the flow keeps the distance from the mean in standard deviations.
 *
 * @param mean the mean
 * @param deviation the standard deviation, 0 for a point
 */
public record GaussianData(double mean, double deviation) implements TestData {

    /**
     * The variance of the noised data, {@code alpha^2 deviation^2 + sigma^2}.
     *
     * @param level the noise level
     * @return the variance
     */
    public double variance(NoiseLevel level) {
        return Math.pow(level.alpha() * deviation, 2) + level.sigma() * level.sigma();
    }

    /**
     * The factor of x in the estimate.
     *
     * @param level the noise level
     * @return {@code alpha deviation^2 / variance}
     */
    public double slope(NoiseLevel level) {
        return level.alpha() * deviation * deviation / variance(level);
    }

    /**
     * The estimate at x = 0.
     *
     * @param level the noise level
     * @return {@code sigma^2 mean / variance}
     */
    public double offset(NoiseLevel level) {
        return level.sigma() * level.sigma() * mean / variance(level);
    }

    @Override
    public double estimate(NoiseLevel level, double x) {
        return slope(level) * x + offset(level);
    }

    @Override
    public double flow(NoiseLevel from, NoiseLevel to, double x) {
        return to.alpha() * mean + Math.sqrt(variance(to) / variance(from)) * (x - from.alpha() * mean);
    }
}
