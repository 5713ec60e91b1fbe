package io.github.diffusion4j.schedules.draws;

import io.github.diffusion4j.core.training.LevelDraw;

/** Uniform t with {@code ln(1 + e^(2 rho)) = betaD t^2 / 2 + betaMin t}. */
record VpTimeDraw(double betaD, double betaMin, double first) implements LevelDraw {

    private static final long serialVersionUID = 1;
    /** The ends belong to the law; their times are computed. */
    private static final double ROUNDING = 1e-12;

    VpTimeDraw {
        if (!(betaD > 0 && betaMin >= 0 && Double.isFinite(betaD + betaMin) && first > 0 && first < 1)) {
            throw new IllegalArgumentException("a linear rate needs a positive slope, a rate of at least 0 and a least time in (0, 1), got " + betaD + ", " + betaMin + " and " + first);
        }
    }

    private double time(double rho) {
        double power = rho > 0 ? 2 * rho + Math.log1p(Math.exp(-2 * rho)) : Math.log1p(Math.exp(2 * rho));
        return 2 * power / (betaMin + Math.sqrt(betaMin * betaMin + 2 * betaD * power));
    }

    @Override
    public double logRatio(double u) {
        double t = first + u * (1 - first);
        return 0.5 * Math.log(Math.expm1(0.5 * betaD * t * t + betaMin * t));
    }

    @Override
    public double cdf(double rho) {
        return rho == Double.POSITIVE_INFINITY ? 1 : Math.min(1, Math.max(0, (time(rho) - first) / (1 - first)));
    }

    @Override
    public double density(double rho) {
        double t = time(rho);
        return t < first - ROUNDING || t > 1 + ROUNDING ? 0 : 2 / ((1 + Math.exp(-2 * rho)) * (betaD * t + betaMin) * (1 - first));
    }
}
