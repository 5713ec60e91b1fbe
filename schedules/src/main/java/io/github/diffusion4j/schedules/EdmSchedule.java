package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;

/**
 * The process of EDM, {@code x = x0 + sigma eps} with sigma itself as time (Karras et al., arXiv:2206.00364, table 1).
 *
 * @param sigmaMin the lowest noise level the network was trained on, above 0
 * @param sigmaMax the highest
 */
public record EdmSchedule(double sigmaMin, double sigmaMax) implements NoiseSchedule {

    /** Checks the range. */
    public EdmSchedule {
        if (!(sigmaMin > 0 && sigmaMin < sigmaMax && Double.isFinite(sigmaMax))) {
            throw new IllegalArgumentException("noise levels need 0 < sigma_min < sigma_max, got " + sigmaMin + " and " + sigmaMax);
        }
    }

    @Override
    public NoiseLevel at(double time) {
        return new NoiseLevel(time, 1, time);
    }

    @Override
    public NoiseLevel atEdmSigma(double edmSigma) {
        return at(edmSigma);
    }

    @Override
    public NoiseLevel noisiest() {
        return at(sigmaMax);
    }

    @Override
    public NoiseLevel cleanest() {
        return at(sigmaMin);
    }
}
