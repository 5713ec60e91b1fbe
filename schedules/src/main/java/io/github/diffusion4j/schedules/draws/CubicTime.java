package io.github.diffusion4j.schedules.draws;

import java.io.Serializable;

/**
 * The law of times {@code t = (1 - u^3) T} (Mou et al., "T2I-Adapter", arXiv:2302.08453, section 3.4), whose whole part is the timestep.
 *
 * @param timesteps T, above 0
 */
public record CubicTime(double timesteps) implements Serializable {

    /** Checks T. */
    public CubicTime {
        if (!(timesteps > 0 && Double.isFinite(timesteps))) {
            throw new IllegalArgumentException("the number of timesteps must be positive and finite, got " + timesteps);
        }
    }

    /**
     * The time of a uniform number.
     *
     * @param u in [0, 1]; the time falls as it grows
     * @return the time, in [0, T]
     */
    public double time(double u) {
        return (1 - u * u * u) * timesteps;
    }

    /**
     * The distribution function.
     *
     * @param time in [0, T]
     * @return the share of times below it, {@code 1 - (1 - t / T)^(1/3)}
     */
    public double cdf(double time) {
        return 1 - Math.cbrt(1 - time / timesteps);
    }

    /**
     * The density.
     *
     * @param time in [0, T)
     * @return {@code (1 - t / T)^(-2/3) / (3 T)}
     */
    public double density(double time) {
        return Math.pow(1 - time / timesteps, -2.0 / 3) / (3 * timesteps);
    }
}
