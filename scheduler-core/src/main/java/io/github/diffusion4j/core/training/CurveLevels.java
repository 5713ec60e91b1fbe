package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;

/** A law on a continuous schedule, and the law whose objective is kept. */
record CurveLevels(NoiseSchedule schedule, LevelDraw draw, LevelDraw base) implements LevelSampler {

    private static final long serialVersionUID = 1;
    private static final double LEAST = 1e-3;

    static CurveLevels of(NoiseSchedule schedule, LevelDraw draw) {
        double lowest = -schedule.cleanest().lambda();
        double highest = -schedule.noisiest().lambda();
        double reached = draw.cdf(highest) - draw.cdf(lowest);
        checkReached(draw, reached, schedule);
        LevelDraw there = reached == 1 ? draw : new LevelDraw.Truncated(draw, lowest, highest);
        return new CurveLevels(schedule, there, there);
    }

    static void checkReached(LevelDraw draw, double reached, NoiseSchedule schedule) {
        if (!(reached >= LEAST)) {
            throw new IllegalArgumentException("only the share " + reached + " of what " + draw + " draws lies on " + schedule + ", whose sigma / alpha runs from " + schedule.cleanest().edmSigma()
                    + " to " + schedule.noisiest().edmSigma() + "; use a law of sigma / alpha there");
        }
    }

    @Override
    public NoiseLevel level(double u) {
        return schedule.atEdmSigma(Math.exp(draw.logRatio(u)));
    }

    @Override
    public double weight(double u) {
        if (base.equals(draw)) {
            return 1;
        }
        double rho = draw.logRatio(u);
        return base.density(rho) / draw.density(rho);
    }

    @Override
    public LevelSampler keeping(LevelDraw other) {
        return new CurveLevels(schedule, draw, of(schedule, other).draw);
    }
}
