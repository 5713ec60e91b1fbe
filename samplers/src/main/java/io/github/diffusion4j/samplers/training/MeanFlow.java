package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.training.LevelDraw;

/**
 * Mean flows: the network gives the mean velocity between two times of the flow, and is to satisfy {@code u = v - (t - r) du/dt} with the velocity {@code v = eps - x0} and the derivative along the
 * path (Geng et al., arXiv:2505.13447, equation 6). It is told r in a column. The derivative comes from forward differentiation where there is one, and otherwise from two more evaluations.
 *
 * @param student what the student outputs, a flow network
 * @param second the law of the other time, that of the recipe usually; the earlier of the two is r
 * @param same the share of samples with r = t, which learn the plain velocity; 0.75 or 0.25 usually
 * @param timesteps the network's time of pure noise T, in which r is told too
 */
public record MeanFlow(Parameterization student, LevelDraw second, double same, double timesteps) implements Bootstrap {

    private static final long serialVersionUID = 1;

    /** Checks the share. */
    public MeanFlow {
        if (!(same >= 0 && same <= 1 && timesteps > 0)) {
            throw new IllegalArgumentException("a share of samples lies in [0, 1] and the time of pure noise is positive, got " + same + " and " + timesteps);
        }
    }

    private static double time(NoiseLevel level) {
        return level.sigma() / (level.alpha() + level.sigma());
    }

    @Override
    public Lesson lesson(Tape tape, NoiseLevel level, Chance chance, int iteration) {
        double drawn = time(level);
        double other = 1 / (1 + Math.exp(-second.logRatio(chance.uniform(0))));
        double t = Math.max(drawn, other);
        double r = chance.uniform(1) < same ? t : Math.min(drawn, other);
        return lesson(tape, t, r);
    }

    /**
     * The lesson between two times.
     *
     * @param tape takes the question
     * @param t where the sample stands, in (0, 1]
     * @param r where the mean begins, 0 to t
     * @return the lesson
     */
    public Lesson lesson(Tape tape, double t, double r) {
        NoiseLevel level = new NoiseLevel(t * timesteps, 1 - t, t);
        Linear v = Linear.NOISE.minus(Linear.DATA);
        Linear slope = tape.derivative(Role.STUDENT, student, Tape.at(level), level, new double[] {r * timesteps}, v, timesteps, 0);
        return Tape.direct(student, level, Tape.at(level), v.minus(slope.times(t - r)), r * timesteps);
    }
}
