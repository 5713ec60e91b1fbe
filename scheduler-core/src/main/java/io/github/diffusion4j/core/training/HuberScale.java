package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import java.io.Serializable;

/** The c of a pseudo-Huber loss as a function of the noise level: less robust where little noise must not be lost. */
@FunctionalInterface
public interface HuberScale extends Serializable {

    /**
     * The scale at a level.
     *
     * @param level the noise level
     * @return c, above 0
     */
    double at(NoiseLevel level);

    /**
     * The same everywhere.
     *
     * @param c above 0
     * @return the scale
     */
    static HuberScale constant(double c) {
        return new Constant(c);
    }

    /**
     * {@code c^(t / T)}: 1 at clean data, c at the noisiest timestep.
     *
     * @param c above 0
     * @param timesteps T
     * @return the scale
     */
    static HuberScale exponential(double c, double timesteps) {
        return new Exponential(c, timesteps);
    }

    /**
     * {@code (1 - c) / (1 + s)^2 + c} with {@code s = sigma / alpha}: 1 at clean data, c at pure noise.
     *
     * @param c above 0
     * @return the scale
     */
    static HuberScale snr(double c) {
        return new Snr(c);
    }

    /**
     * The same everywhere.
     *
     * @param c above 0
     */
    record Constant(double c) implements HuberScale {

        /** Checks c. */
        public Constant {
            checkScale(c);
        }

        @Override
        public double at(NoiseLevel level) {
            return c;
        }
    }

    /**
     * {@code c^(t / T)}.
     *
     * @param c above 0
     * @param timesteps T, above 0
     */
    record Exponential(double c, double timesteps) implements HuberScale {

        /** Checks the numbers. */
        public Exponential {
            checkScale(c);
            if (!(timesteps > 0)) {
                throw new IllegalArgumentException("the number of timesteps must be positive, got " + timesteps);
            }
        }

        @Override
        public double at(NoiseLevel level) {
            return Math.pow(c, level.time() / timesteps);
        }
    }

    /**
     * {@code (1 - c) / (1 + s)^2 + c}.
     *
     * @param c above 0
     */
    record Snr(double c) implements HuberScale {

        /** Checks c. */
        public Snr {
            checkScale(c);
        }

        @Override
        public double at(NoiseLevel level) {
            double near = level.alpha() / (level.alpha() + level.sigma());
            return (1 - c) * near * near + c;
        }
    }

    private static void checkScale(double c) {
        if (!(c > 0 && Double.isFinite(c))) {
            throw new IllegalArgumentException("the c of a pseudo-Huber loss must be positive and finite, got " + c);
        }
    }
}
