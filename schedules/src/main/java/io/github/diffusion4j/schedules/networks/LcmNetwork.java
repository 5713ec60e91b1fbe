package io.github.diffusion4j.schedules.networks;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * The boundary condition of latent consistency models (Luo et al., arXiv:2310.04378, equation 9): {@code f = c_skip x + c_out x0^} with {@code c_skip = sd^2 / (s^2 + sd^2)},
 * {@code c_out = s / sqrt(s^2 + sd^2)}, {@code s = scaling t}, sd = 0.5.
 *
 * @param network what the network outputs
 * @param scaling the factor of the timestep, 10
 */
public record LcmNetwork(Parameterization network, double scaling) implements Adapted {

    private static final double SIGMA_DATA = 0.5;

    @Override
    public Weights boundary(NoiseLevel level) {
        double scaled = scaling * level.time();
        double squared = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
        return new Weights(SIGMA_DATA * SIGMA_DATA / squared, scaled / Math.sqrt(squared));
    }
}
