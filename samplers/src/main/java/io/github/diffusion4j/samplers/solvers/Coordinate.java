package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;

/**
 * A straight coordinate of the probability-flow ODE: scaled sample {@code y}, time {@code tau}, and the slope
 * {@code dy / dtau} as a combination of the network's estimates. Solvers that approximate slopes by polynomials are
 * different methods in different coordinates; all agree to their order.
 */
public enum Coordinate {
    /** {@code y = x / alpha} over {@code tau = sigma / alpha}, slope eps (Karras et al., arXiv:2206.00364, equation 1). */
    EDM {
        @Override
        double scale(NoiseLevel level) {
            return level.alpha();
        }

        @Override
        double dataInSlope() {
            return 0;
        }
    },
    /** {@code y = x / (alpha + sigma)} over {@code tau = sigma / (alpha + sigma)}, slope eps - x0: flow matching's own. */
    FLOW {
        @Override
        double scale(NoiseLevel level) {
            return level.alpha() + level.sigma();
        }

        @Override
        double dataInSlope() {
            return -1;
        }
    };

    /** The factor between {@code x} and {@code y}. */
    abstract double scale(NoiseLevel level);

    abstract double dataInSlope();

    /** The time at a level. */
    double time(NoiseLevel level) {
        return level.sigma() / scale(level);
    }

    /** Whether the time at a level is finite. */
    boolean reaches(NoiseLevel level) {
        return scale(level) > 0;
    }

    /** Whether a step starts or ends where the time is infinite. */
    boolean leaves(TimeGrid grid, int step) {
        return !(reaches(grid.from(step)) && reaches(grid.to(step)));
    }

    /** The slope, with the noise that the corrected data estimate implies; the network's own noise where there is none. */
    Combination slope(NoiseLevel level) {
        Combination noise = level.sigma() > 0
                ? Combination.ZERO.withSample(1 / level.sigma()).withData(-level.alpha() / level.sigma())
                : Combination.ZERO.withEpsilon(1);
        return noise.withData(noise.data() + dataInSlope());
    }

    /** The factor of the sample on the way between two levels. */
    double carry(NoiseLevel from, NoiseLevel to) {
        return scale(to) / scale(from);
    }

    /** The weight of a slope that holds on the whole way between two levels. */
    double weight(NoiseLevel from, NoiseLevel to) {
        return scale(to) * (time(to) - time(from));
    }

    /** Euler's step: the sample carried along the slope at its start. */
    Combination euler(NoiseLevel from, NoiseLevel to) {
        Combination slope = slope(from);
        double weight = weight(from, to);
        return Combination.ZERO.withSample(carry(from, to) + weight * slope.sample()).withData(weight * slope.data())
                .withEpsilon(weight * slope.epsilon());
    }
}
