package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * DREAM: the student sees its own error, {@code x + sigma lambda (eps - eps^)} with the target {@code eps + lambda (eps - eps^)}, {@code lambda = sigma^p} (Zhou et al., arXiv:2312.00210, equation 9).
 * The network predicts eps.
 *
 * @param power p, at least 0; 1 usually, more keeps closer to plain training
 */
public record Dream(double power) implements Bootstrap {

    private static final long serialVersionUID = 1;

    /** Checks the power. */
    public Dream {
        if (!(power >= 0 && Double.isFinite(power))) {
            throw new IllegalArgumentException("the power of DREAM must be at least 0 and finite, got " + power);
        }
    }

    @Override
    public Lesson lesson(Tape tape, NoiseLevel level, Chance chance, int iteration) {
        Parameterization network = Parameterization.epsilon();
        Linear x = Tape.at(level);
        Linear missed = Linear.NOISE.minus(tape.ask(Role.STUDENT, network, x, level)).times(Math.pow(level.sigma(), power));
        return Tape.direct(network, level, x.plus(missed.times(level.sigma())), Linear.NOISE.plus(missed));
    }
}
