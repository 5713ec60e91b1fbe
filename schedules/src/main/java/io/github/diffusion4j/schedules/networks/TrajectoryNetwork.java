package io.github.diffusion4j.schedules.networks;

import io.github.diffusion4j.core.Parameterization.Weights;
import java.io.Serializable;

/**
 * How a consistency trajectory model goes from one noise level to another (Kim et al., "CTM", arXiv:2310.02279, equation 6): {@code G(x, t, s) = c_skip x + (1 - s / t) g(x, t, s)} on
 * {@code x = x0 + t eps}, where g has EDM's or the consistency boundary's form. With {@code c_skip = s / t}, Euler's, g is the estimate of the data at s = t.
 *
 * @param skip the weight of the sample
 * @param sigmaData the standard deviation sd of the data, above 0
 * @param sigmaMin the lowest noise level s_min, at least 0
 */
public record TrajectoryNetwork(Skip skip, double sigmaData, double sigmaMin) implements Serializable {

    /** The weight of the sample. */
    public enum Skip {
        /** {@code s / t}. */
        EULER,
        /** {@code sqrt(((s - s_min)^2 + sd^2) / ((t - s_min)^2 + sd^2))}, the ratio of the deviations. */
        VARIANCE,
        /** {@code (t euler + variance) / (1 + t)}. */
        MIXED
    }

    /** Checks the numbers. */
    public TrajectoryNetwork {
        if (!(sigmaData > 0 && sigmaMin >= 0 && Double.isFinite(sigmaData + sigmaMin))) {
            throw new IllegalArgumentException("a trajectory model needs sigma_data above 0 and sigma_min of at least 0, got " + sigmaData + " and " + sigmaMin);
        }
    }

    /**
     * The step from one level to another.
     *
     * @param from the level t, above 0
     * @param to the level s, in [0, t]
     * @return the weights of x and of g
     */
    public Weights step(double from, double to) {
        checkLevel(from);
        if (!(to >= 0 && to <= from)) {
            throw new IllegalArgumentException("a trajectory goes down, from " + from + " to a level between 0 and that, got " + to);
        }
        double euler = to / from;
        double variance = Math.hypot(to - sigmaMin, sigmaData) / Math.hypot(from - sigmaMin, sigmaData);
        return new Weights(mixed(from, euler, variance), 1 - euler);
    }

    /**
     * The estimate of the data that g stands for at s = t, where the trajectory leaves x with the slope {@code (x - x0) / t}.
     *
     * @param level the level t, above 0
     * @return the weights of x and of g
     */
    public Weights data(double level) {
        checkLevel(level);
        double above = level - sigmaMin;
        return new Weights(1 - level * mixed(level, 1 / level, above / (above * above + sigmaData * sigmaData)), 1);
    }

    private double mixed(double from, double euler, double variance) {
        return switch (skip) {
            case EULER -> euler;
            case VARIANCE -> variance;
            case MIXED -> (from * euler + variance) / (1 + from);
        };
    }

    private static void checkLevel(double level) {
        if (!(level > 0 && Double.isFinite(level))) {
            throw new IllegalArgumentException("a trajectory starts at a noise level above 0, got " + level);
        }
    }
}
