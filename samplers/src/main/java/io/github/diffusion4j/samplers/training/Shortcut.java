package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;

/**
 * Shortcut models: one step of length 2 d is to be two steps of length d (Frans et al., arXiv:2410.12557, equation 4),
 * {@code s(x, t, 2 d) = (s(x, t, d) + s(x - d s, t - d, d)) / 2} on the flow from noise (t = 1) to data. The network is told the length of its step in a column; lengths are powers of two, and
 * times are multiples of them. The finest length is learned as a flow, on batches of a plain recipe between these.
 *
 * @param schedule the flow
 * @param student what the student outputs, a flow network
 * @param finest the number of steps of the finest length, a power of two, 128 usually
 */
public record Shortcut(NoiseSchedule schedule, Parameterization student, int finest) implements Bootstrap {

    private static final long serialVersionUID = 1;

    /** Checks the number of steps. */
    public Shortcut {
        if (finest < 2 || Integer.bitCount(finest) != 1) {
            throw new IllegalArgumentException("the number of finest steps is a power of two of at least 2, got " + finest);
        }
    }

    private NoiseLevel at(double u) {
        return schedule.atEdmSigma(u == 1 ? Double.POSITIVE_INFINITY : u / (1 - u));
    }

    @Override
    public Lesson lesson(Tape tape, NoiseLevel level, Chance chance, int iteration) {
        int lengths = Integer.numberOfTrailingZeros(finest);
        int power = 1 << (int) Math.min(lengths - 1.0, chance.uniform(0) * lengths);
        double twice = 1.0 / power;
        double d = twice / 2;
        double u = Math.min(1, Math.max(twice, Math.ceil(level.sigma() / (level.alpha() + level.sigma()) / twice) * twice));
        NoiseLevel from = at(u);
        NoiseLevel middle = at(u - d);
        Linear x = Tape.at(from);
        Linear first = tape.ask(Role.TARGET, student, x, from, d);
        Linear second = tape.ask(Role.TARGET, student, x.minus(first.times(d)), middle, d);
        return Tape.direct(student, from, x, first.plus(second).times(0.5), twice);
    }
}
