package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;

/**
 * The straight path of flow matching, {@code x = (1 - u) x0 + u eps} with {@code u = time / T} (Lipman et al., arXiv:2210.02747; Liu et al.,
 * arXiv:2209.03003).
 *
 * @param timesteps T, the network's time of pure noise, above 0; 1000 usually, 1 for networks that take u itself
 */
public record Flow(double timesteps) implements NoiseSchedule {

    /** Checks T. */
    public Flow {
        if (!(timesteps > 0 && Double.isFinite(timesteps))) {
            throw new IllegalArgumentException("the time of pure noise must be positive and finite, got " + timesteps);
        }
    }

    @Override
    public NoiseLevel at(double time) {
        if (!(time >= 0 && time <= timesteps)) {
            throw new IllegalArgumentException("time " + time + " is out of range; this flow has times 0 to " + timesteps);
        }
        double u = time / timesteps;
        return new NoiseLevel(time, 1 - u, u);
    }

    @Override
    public NoiseLevel atEdmSigma(double edmSigma) {
        if (!(edmSigma >= 0)) {
            throw new IllegalArgumentException("sigma / alpha must be at least 0, got " + edmSigma);
        }
        double u = edmSigma == Double.POSITIVE_INFINITY ? 1 : edmSigma / (1 + edmSigma);
        return new NoiseLevel(u * timesteps, 1 - u, u);
    }

    @Override
    public NoiseLevel noisiest() {
        return at(timesteps);
    }

    @Override
    public NoiseLevel cleanest() {
        return at(0);
    }
}
