package io.github.diffusion4j.schedules.networks;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * A flow network on any path: it sees {@code x / (alpha + sigma)}, which lies on the straight path at {@code u = sigma / (alpha + sigma)}, is told {@code u T}, and returns {@code eps - x0}. On
 * TrigFlow's path that is how flow models are distilled (Chen et al., "SANA-Sprint", arXiv:2503.09641, section 3.1).
 *
 * @param timesteps T, the network's time of pure noise, above 0
 */
public record FlowNetwork(double timesteps) implements Parameterization {

    @Override
    public Weights target(NoiseLevel level) {
        return new Weights(-1, 1);
    }

    @Override
    public double inputScale(NoiseLevel level) {
        return 1 / (level.alpha() + level.sigma());
    }

    @Override
    public double conditioning(NoiseLevel level) {
        return timesteps * level.sigma() / (level.alpha() + level.sigma());
    }
}
