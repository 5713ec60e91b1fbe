package io.github.diffusion4j.samplers.tokens.training;

import io.github.diffusion4j.samplers.tokens.Survival;
import io.github.diffusion4j.samplers.tokens.TokenForward;
import java.io.Serializable;

/** The weight of the loss of a position as a function of the time. Immutable, and equal by value. */
public interface TokenWeight extends Serializable {

    /** 1: MaskGIT, aMUSEd, BERT; and losses that are bounds by themselves. */
    TokenWeight ONE = new One();

    /**
     * {@code -alpha' / (1 - alpha)}: of cross entropies of masked positions, with times drawn uniformly, a bound of {@code -ln p(x)}, the same for every schedule from 1 to 0 (MDLM, Sahoo et al.,
     * arXiv:2406.07524, equation 10). For the linear and the log-linear schedule it is 1 / t, LLaDA's.
     */
    TokenWeight BOUND = new Bound();

    /**
     * The weight.
     *
     * @param forward the process
     * @param time the time, above 0
     * @return the weight, at least 0
     */
    double weight(TokenForward forward, double time);

    /**
     * {@code T (alpha_s - alpha_t) / (1 - alpha_t)} for the step that ends at t: the bound of a run with T steps, larger than {@link #BOUND}, to which it falls. For times at the ends of steps,
     * {@link TokenTimes#inSteps}.
     *
     * @param steps T, at least 1
     * @return the weight
     */
    static TokenWeight ofSteps(int steps) {
        return new OfSteps(steps);
    }

    /** Always 1. */
    record One() implements TokenWeight {
        @Override
        public double weight(TokenForward forward, double time) {
            return 1;
        }
    }

    /** The weight of the bound. */
    record Bound() implements TokenWeight {
        @Override
        public double weight(TokenForward forward, double time) {
            return -forward.survival().slope(time) / (1 - forward.survival().alpha(time));
        }
    }

    /**
     * The weight of the bound of a run.
     *
     * @param steps T
     */
    record OfSteps(int steps) implements TokenWeight {

        /** Checks the number. */
        public OfSteps {
            if (steps < 1) {
                throw new IllegalArgumentException("a bound is of at least one step, got " + steps);
            }
        }

        @Override
        public double weight(TokenForward forward, double time) {
            Survival survival = forward.survival();
            double alpha = survival.alpha(time);
            double cleaner = TokenTimes.before(time, steps);
            return steps * ((cleaner == 0 ? 1 : survival.alpha(cleaner)) - alpha) / (1 - alpha);
        }
    }
}
