package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * A flow network whose time runs towards the data: it predicts {@code x0 - eps} and is told {@code T (1 - u)}.
 *
 * @param timesteps T, its time of clean data
 */
record TowardsData(double timesteps) implements Parameterization {

    @Override
    public Weights target(NoiseLevel level) {
        return new Weights(1, -1);
    }

    @Override
    public double conditioning(NoiseLevel level) {
        return timesteps * (1 - level.sigma());
    }
}
