package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * A network trained on variance-preserving levels, used on levels of another scale: it sees {@code x / hypot(alpha, sigma)} and its output
 * means what it means at the normalized level.
 *
 * @param network what the network outputs there
 */
record Normalized(Parameterization network) implements Parameterization {

    /** Levels are far from the range where squares overflow, and {@code Math.hypot} costs as much as the rest of a plan. */
    private static double norm(NoiseLevel level) {
        return Math.sqrt(level.alpha() * level.alpha() + level.sigma() * level.sigma());
    }

    private static NoiseLevel normalized(NoiseLevel level) {
        double norm = norm(level);
        return new NoiseLevel(level.time(), level.alpha() / norm, level.sigma() / norm);
    }

    @Override
    public Weights target(NoiseLevel level) {
        return network.target(normalized(level));
    }

    @Override
    public double inputScale(NoiseLevel level) {
        return 1 / norm(level);
    }

    @Override
    public double conditioning(NoiseLevel level) {
        return network.conditioning(level);
    }
}
