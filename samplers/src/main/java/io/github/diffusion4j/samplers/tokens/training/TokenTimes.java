package io.github.diffusion4j.samplers.tokens.training;

import io.github.diffusion4j.samplers.tokens.Survival;
import io.github.diffusion4j.samplers.tokens.TokenForward;
import java.io.Serializable;

/**
 * How times of training are drawn, as a function of a uniform number with a density, by which weights are divided: every choice has the same expectation. Immutable, and equal by value.
 */
public interface TokenTimes extends Serializable {

    /**
     * A time.
     *
     * @param forward the process
     * @param u a number in (0, 1)
     * @return the time, above 0
     */
    double time(TokenForward forward, double u);

    /**
     * The density of a time.
     *
     * @param forward the process
     * @param time the time
     * @return the density with which it is drawn
     */
    double density(TokenForward forward, double time);

    /**
     * Uniform times, {@code t = earliest + (1 - earliest) u}.
     *
     * @param earliest the first time, in (0, 1), 0.001 in MDLM and LLaDA: a weight of 1 / t has no bound at 0
     * @return the draw
     */
    static TokenTimes uniform(double earliest) {
        return new Uniform(earliest);
    }

    /**
     * Uniform ends of steps, {@code t = k / T} with k from 1 to T.
     *
     * @param steps T, at least 1
     * @return the draw
     */
    static TokenTimes inSteps(int steps) {
        return new Steps(steps);
    }

    /**
     * The times for which {@link TokenWeight#BOUND} divided by the density is the same everywhere: {@code ln(1 - alpha)} is drawn uniformly (MDLM's importance sampling).
     *
     * @param earliest the first time, in (0, 1)
     * @return the draw
     */
    static TokenTimes evenly(double earliest) {
        return new Evenly(earliest);
    }

    /** The time one of T equal steps before. */
    static double before(double time, int steps) {
        return Math.max(0, (Math.rint(time * steps) - 1) / steps);
    }

    private static void check(double earliest) {
        if (!(earliest > 0 && earliest < 1)) {
            throw new IllegalArgumentException("the earliest time of training lies in (0, 1), got " + earliest);
        }
    }

    /**
     * Uniform times.
     *
     * @param earliest the first time
     */
    record Uniform(double earliest) implements TokenTimes {

        /** Checks the time. */
        public Uniform {
            check(earliest);
        }

        @Override
        public double time(TokenForward forward, double u) {
            return earliest + (1 - earliest) * u;
        }

        @Override
        public double density(TokenForward forward, double time) {
            return 1 / (1 - earliest);
        }
    }

    /**
     * Ends of steps.
     *
     * @param steps T
     */
    record Steps(int steps) implements TokenTimes {

        /** Checks the number. */
        public Steps {
            if (steps < 1) {
                throw new IllegalArgumentException("times at the ends of steps need at least one step, got " + steps);
            }
        }

        @Override
        public double time(TokenForward forward, double u) {
            return Math.min(steps, Math.floor(u * steps) + 1) / steps;
        }

        @Override
        public double density(TokenForward forward, double time) {
            return 1;
        }
    }

    /**
     * Times at which the bound's weight is even.
     *
     * @param earliest the first time
     */
    record Evenly(double earliest) implements TokenTimes {

        /** Checks the time. */
        public Evenly {
            check(earliest);
        }

        private static double logLost(Survival survival, double time) {
            return Math.log1p(-survival.alpha(time));
        }

        @Override
        public double time(TokenForward forward, double u) {
            Survival survival = forward.survival();
            double first = logLost(survival, earliest);
            double lost = first + u * (logLost(survival, 1) - first);
            return Math.max(earliest, survival.time(-Math.expm1(lost)));
        }

        @Override
        public double density(TokenForward forward, double time) {
            Survival survival = forward.survival();
            return TokenWeight.BOUND.weight(forward, time) / (logLost(survival, 1) - logLost(survival, earliest));
        }
    }
}
