package io.github.diffusion4j.schedules.draws;

import io.github.diffusion4j.core.training.LevelDraw;

/** {@code cdf = ((t - first) / (1 - first))^power} of a flow's time. */
record PowerTimeDraw(double power, double first) implements LevelDraw {

    private static final long serialVersionUID = 1;

    PowerTimeDraw {
        if (!(power > 0 && Double.isFinite(power) && first >= 0 && first < 1)) {
            throw new IllegalArgumentException("a power law of times needs a positive power and a least time in [0, 1), got " + power + " and " + first);
        }
    }

    @Override
    public double logRatio(double u) {
        double share = Math.pow(u, 1 / power);
        double rest = -(1 - first) * Math.expm1(Math.log(u) / power);
        return Math.log(first + (1 - first) * share) - Math.log(rest);
    }

    @Override
    public double cdf(double rho) {
        return Math.pow(Math.max(0, (1 / (1 + Math.exp(-rho)) - first) / (1 - first)), power);
    }

    @Override
    public double density(double rho) {
        double share = (1 / (1 + Math.exp(-rho)) - first) / (1 - first);
        double e = Math.exp(-Math.abs(rho));
        return share < 0 ? 0 : power * Math.pow(share, power - 1) / (1 - first) * e / ((1 + e) * (1 + e));
    }
}
