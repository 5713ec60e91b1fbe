package io.github.diffusion4j.schedules.networks;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * A network that is told the level's time in other units: {@code factor time}. EDM's form of the variance-preserving networks of Song et al. tells {@code 999 t} (arXiv:2206.00364, table 1).
 *
 * @param network what the network outputs
 * @param factor the factor of the time, above 0
 */
public record ToldTime(Parameterization network, double factor) implements Adapted {

    @Override
    public double conditioning(NoiseLevel level) {
        return factor * network.conditioning(level);
    }
}
