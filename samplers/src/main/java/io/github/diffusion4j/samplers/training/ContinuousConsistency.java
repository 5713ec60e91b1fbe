package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.schedules.networks.TrigFlowNetwork;

/**
 * Continuous-time consistency on the trigonometric path (Lu and Song, arXiv:2410.11081, algorithm 1): with the student's own output F taken without gradient, F is to become {@code F + g},
 * <pre>
 *   g = (-cos^2 t (F - dx/dt) - w cos t sin t (x + dF/dt)) / (norm + c)
 * </pre>
 * where {@code dx/dt} is the teacher's output (distillation) or {@code cos t eps - sin t x0} (training), {@code dF/dt} the derivative along the path, w grows from 0 to 1 during warm-up, and the norm
 * is that of the numerator. Data are divided by their standard deviation, so that the paper's sigma_d is 1 here. The weight is {@code 1 / tan t}.
 *
 * @param distilled whether there is a teacher
 * @param warmup the iterations in which w grows, 0 for none
 * @param constant c, 0.1 usually
 */
public record ContinuousConsistency(boolean distilled, int warmup, double constant) implements Bootstrap {

    private static final long serialVersionUID = 1;

    /** Checks the numbers. */
    public ContinuousConsistency {
        if (warmup < 0 || !(constant >= 0 && Double.isFinite(constant))) {
            throw new IllegalArgumentException("warm-up and constant are at least 0, got " + warmup + " and " + constant);
        }
    }

    @Override
    public Lesson lesson(Tape tape, NoiseLevel level, Chance chance, int iteration) {
        Parameterization network = new TrigFlowNetwork();
        Linear x = Tape.at(level);
        Linear moves = distilled ? tape.ask(Role.TEACHER, network, x, level) : Linear.NOISE.times(level.alpha()).minus(Linear.DATA.times(level.sigma()));
        Linear own = tape.ask(Role.STUDENT, network, x, level);
        Linear slope = tape.derivative(Role.STUDENT, network, x, level, new double[0], moves, 1);
        Linear g = tangent(level, warmup == 0 ? 1 : Math.min(1, (double) iteration / warmup), x, own, moves, slope);
        return Tape.direct(network, level, x, own).withNormalised(new Lesson.Normalised(g, g, Lesson.Norm.EUCLIDEAN, constant)).withWeight(level.alpha() / level.sigma());
    }

    /**
     * The numerator of g.
     *
     * @param level the level, alpha the cosine and sigma the sine of its angle
     * @param w the share of the second term
     * @param x the sample
     * @param own the student's output
     * @param moves dx/dt
     * @param slope dF/dt
     * @return the numerator
     */
    public static Linear tangent(NoiseLevel level, double w, Linear x, Linear own, Linear moves, Linear slope) {
        double cos = level.alpha();
        return own.minus(moves).times(-cos * cos).minus(x.plus(slope).times(w * cos * level.sigma()));
    }
}
