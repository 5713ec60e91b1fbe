package io.github.diffusion4j.schedules.draws;

import io.github.diffusion4j.core.training.LevelDraw;

/** {@code cdf = 2 / pi atan(e^rho / sd)}. */
record UniformAngleDraw(double sigmaData) implements LevelDraw {

    private static final long serialVersionUID = 1;

    UniformAngleDraw {
        if (!(sigmaData > 0 && Double.isFinite(sigmaData))) {
            throw new IllegalArgumentException("the level in the middle must be positive and finite, got " + sigmaData);
        }
    }

    @Override
    public double logRatio(double u) {
        double angle = Math.PI / 2 * u;
        return Math.log(sigmaData) + (u <= 0.5 ? Math.log(Math.tan(angle)) : -Math.log(Math.tan(Math.PI / 2 * (1 - u))));
    }

    @Override
    public double cdf(double rho) {
        return 2 / Math.PI * Math.atan(Math.exp(rho) / sigmaData);
    }

    @Override
    public double density(double rho) {
        return 1 / (Math.PI * Math.cosh(rho - Math.log(sigmaData)));
    }
}
