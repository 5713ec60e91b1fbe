package io.github.diffusion4j.schedules.networks;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * The variance-exploding networks of Song et al. as EDM asks them, {@code x0 = y + s F(y; ln(s / 2))} on {@code y = x / alpha}, {@code s = sigma / alpha} (Karras et al., arXiv:2206.00364,
 * table 1): F is the noise with its sign changed, the score times s.
 */
public record VarianceExplodingNetwork() implements Parameterization {

    @Override
    public Weights target(NoiseLevel level) {
        return new Weights(0, -1);
    }

    @Override
    public double inputScale(NoiseLevel level) {
        return 1 / level.alpha();
    }

    @Override
    public double conditioning(NoiseLevel level) {
        return Math.log(level.edmSigma() / 2);
    }
}
