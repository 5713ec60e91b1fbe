package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.NoiseLevel;

/** One-dimensional data of which everything is known. */
public interface TestData {

    /**
     * The best estimate of the data, {@code E[x0 | x]}: what a perfect network returns.
     *
     * @param level the noise level
     * @param x the noised data
     * @return the estimate
     */
    double estimate(NoiseLevel level, double x);

    /**
     * Where the probability flow carries a sample from one level to another.
     *
     * @param from the level the sample stands at
     * @param to the level to go to
     * @param x the sample
     * @return the sample there
     */
    double flow(NoiseLevel from, NoiseLevel to, double x);
}
