package io.github.diffusion4j.schedules.networks;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * The velocity of the trigonometric path, {@code u = cos(t) eps - sin(t) x0} at the angle t that is the level's time, of data divided by their standard deviation (Lu and Song, arXiv:2410.11081,
 * section 3). Diffusers' largest time lies a little beyond a right angle, where the cosine is negative.
 */
public record TrigFlowNetwork() implements Parameterization {

    @Override
    public Weights target(NoiseLevel level) {
        return new Weights(-Math.sin(level.time()), Math.cos(level.time()));
    }

    @Override
    public Weights data(NoiseLevel level) {
        return new Weights(Math.cos(level.time()), -Math.sin(level.time()));
    }
}
