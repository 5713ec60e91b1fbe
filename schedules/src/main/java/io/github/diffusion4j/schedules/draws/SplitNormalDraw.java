package io.github.diffusion4j.schedules.draws;

import io.github.diffusion4j.core.training.LevelDraw;

/** A normal law with another deviation on each side of its mode; each side has a share in proportion to its deviation, so that the density is continuous. */
record SplitNormalDraw(double mode, double below, double above) implements LevelDraw {

    private static final long serialVersionUID = 1;

    SplitNormalDraw {
        if (!(Double.isFinite(mode) && below > 0 && above > 0 && Double.isFinite(below + above))) {
            throw new IllegalArgumentException("a split normal law needs a finite mode and positive deviations, got " + mode + ", " + below + " and " + above);
        }
    }

    private double left() {
        return below / (below + above);
    }

    @Override
    public double logRatio(double u) {
        return u < left() ? mode + below * NormalDraw.quantile(0.5 * u / left()) : mode + above * NormalDraw.quantile(0.5 + 0.5 * (u - left()) / (1 - left()));
    }

    @Override
    public double cdf(double rho) {
        double x = rho - mode;
        return x < 0 ? 2 * left() * NormalDraw.share(x / below) : left() + 2 * (1 - left()) * (NormalDraw.share(x / above) - 0.5);
    }

    @Override
    public double density(double rho) {
        double x = rho - mode;
        return 2 / (below + above) * NormalDraw.bell(x / (x < 0 ? below : above));
    }
}
