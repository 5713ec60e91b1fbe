package io.github.diffusion4j.schedules.draws;

import io.github.diffusion4j.core.training.LevelDraw;
import org.hipparchus.distribution.continuous.NormalDistribution;

/** A normal law of rho. */
record NormalDraw(double mean, double deviation) implements LevelDraw {

    private static final long serialVersionUID = 1;
    private static final NormalDistribution STANDARD = new NormalDistribution();

    NormalDraw {
        if (!(Double.isFinite(mean) && deviation > 0 && Double.isFinite(deviation))) {
            throw new IllegalArgumentException("a normal law needs a finite mean and a positive deviation, got " + mean + " and " + deviation);
        }
    }

    static double quantile(double u) {
        return STANDARD.inverseCumulativeProbability(u);
    }

    static double share(double x) {
        return STANDARD.cumulativeProbability(x);
    }

    static double bell(double x) {
        return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    }

    @Override
    public double logRatio(double u) {
        return mean + deviation * quantile(u);
    }

    @Override
    public double cdf(double rho) {
        return share((rho - mean) / deviation);
    }

    @Override
    public double density(double rho) {
        return bell((rho - mean) / deviation) / deviation;
    }
}
