package io.github.diffusion4j.schedules.draws;

import io.github.diffusion4j.core.training.LevelDraw;

/** {@code t = 1 - w - s (cos^2(pi w / 2) - 1 + w)} with uniform w, which falls as t grows. */
record ModeDraw(double scale) implements LevelDraw {

    private static final long serialVersionUID = 1;
    private static final double MOST = 2 / (Math.PI - 2);

    ModeDraw {
        if (!(scale >= -1 && scale <= MOST)) {
            throw new IllegalArgumentException("the scale of the mode draw must lie in [-1, " + MOST + "], where times grow with the number drawn, got " + scale);
        }
    }

    /** ln(t / (1 - t)), both written without the cancellation near their ends. */
    private double odds(double w) {
        double half = Math.sin(Math.PI / 2 * w);
        double rest = w + scale * (w - half * half);
        double v = 1 - w;
        double other = Math.sin(Math.PI / 2 * v);
        double time = v + scale * (v - other * other);
        return Math.log(time) - Math.log(rest);
    }

    @Override
    public double logRatio(double u) {
        return odds(1 - u);
    }

    @Override
    public double density(double rho) {
        double slope = 1 + scale - scale * Math.PI / 2 * Math.sin(Math.PI * cdf(rho));
        double e = Math.exp(-Math.abs(rho));
        return e / ((1 + e) * (1 + e) * slope);
    }
}
