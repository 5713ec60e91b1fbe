package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.ArrayScaling;

/**
 * All noise is fresh: the estimate of the data is noised anew, as multistep consistency sampling does (Song et al.,
 * arXiv:2303.01469, algorithm 1): {@code keep = 0}, {@code fresh = scale sqrt(sigma'^2 - alpha'^2 floor^2)}.
 *
 * @param scale the standard deviation of the noise, 1 for a process with eps ~ N(0, I), sigma_data for TrigFlow
 * @param floor the level sigma / alpha that the network's estimate already has, the sigma_min of consistency models
 */
public record FullRenoise(double scale, double floor) implements Renoise {

    /** Noise of variance 1 on an estimate without noise. */
    public static final FullRenoise STANDARD = new FullRenoise(1, 0);

    @Override
    public int order() {
        return 0;
    }

    @Override
    public String citation() {
        return "Song et al., arXiv:2303.01469, algorithm 1";
    }

    @Override
    public Split split(NoiseLevel from, NoiseLevel to) {
        double rest = to.alpha() * floor;
        double fresh = Math.sqrt(Math.max(0, (to.sigma() - rest) * (to.sigma() + rest)));
        return new Split(0, scale * fresh, ArrayScaling.NONE);
    }
}
