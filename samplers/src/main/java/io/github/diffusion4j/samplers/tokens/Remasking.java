package io.github.diffusion4j.samplers.tokens;

import java.io.Serializable;

/**
 * With which probability a known token is masked again in a step from {@code alpha_t} to {@code alpha_s} (ReMDM, Wang et al., arXiv:2503.00307). Masks become tokens with
 * {@code (alpha_s - (1 - sg) alpha_t) / (1 - alpha_t)}, so that the marginals stay for every {@code 0 <= sg <= min(1, (1 - alpha_s) / alpha_t)}, the bound. Immutable, and equal by value.
 */
public interface Remasking extends Serializable {

    /**
     * The probability.
     *
     * @param time the time t, 1 (noise) to 0
     * @param alpha how many tokens have survived at t, above 0
     * @param cleaner how many after the step
     * @return the probability; what exceeds the bound counts as the bound
     */
    double probability(double time, double alpha, double cleaner);

    /**
     * The largest probability that keeps the marginals.
     *
     * @param alpha how many tokens have survived, above 0
     * @param cleaner how many after the step
     * @return {@code min(1, (1 - alpha_s) / alpha_t)}
     */
    static double bound(double alpha, double cleaner) {
        return Math.min(1, (1 - cleaner) / alpha);
    }

    /**
     * The same probability in each step ("cap").
     *
     * @param eta the probability, 0 (MDLM) to 1
     * @return the rule
     */
    static Remasking cap(double eta) {
        return new Capped(eta);
    }

    /**
     * A part of the bound ("rescale").
     *
     * @param eta the part, 0 (MDLM) to 1
     * @return the rule
     */
    static Remasking rescaled(double eta) {
        return new Rescaled(eta);
    }

    /**
     * {@code b (alpha_s - alpha_t) / alpha_t} with {@code b = strength ((1 - t) t)^power}: the corrector of discrete flow matching (Gat et al., arXiv:2407.15595, appendix; 10 and 0.25 there), and with
     * 1 and 0 the forward-backward corrector (Campbell et al., arXiv:2205.14987).
     *
     * @param strength of the corrector, at least 0
     * @param power how it vanishes at both ends, at least 0
     * @return the rule
     */
    static Remasking corrector(double strength, double power) {
        return new Corrector(strength, power);
    }

    /**
     * The same rule between two times, none elsewhere.
     *
     * @param on the noisier time, from which on it acts
     * @param off the cleaner time, from which on it does not
     * @return the rule
     */
    default Remasking between(double on, double off) {
        return new Between(this, on, off);
    }

    private static void check(double eta) {
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("tokens are masked again with a probability, or a part of the bound (eta), of 0 to 1, got " + eta);
        }
    }

    /**
     * The same probability.
     *
     * @param eta the probability
     */
    record Capped(double eta) implements Remasking {

        /** Checks the probability. */
        public Capped {
            check(eta);
        }

        @Override
        public double probability(double time, double alpha, double cleaner) {
            return eta;
        }
    }

    /**
     * A part of the bound.
     *
     * @param eta the part
     */
    record Rescaled(double eta) implements Remasking {

        /** Checks the part. */
        public Rescaled {
            check(eta);
        }

        @Override
        public double probability(double time, double alpha, double cleaner) {
            return eta * bound(alpha, cleaner);
        }
    }

    /**
     * A corrector.
     *
     * @param strength its strength
     * @param power its power
     */
    record Corrector(double strength, double power) implements Remasking {

        /** Checks the numbers. */
        public Corrector {
            if (!(strength >= 0 && power >= 0 && strength + power < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("strength and power of a corrector are finite and at least 0, got " + strength + " and " + power);
            }
        }

        @Override
        public double probability(double time, double alpha, double cleaner) {
            return strength * StrictMath.pow((1 - time) * time, power) * (cleaner - alpha) / alpha;
        }
    }

    /**
     * A rule between two times.
     *
     * @param rule the rule
     * @param on the noisier time
     * @param off the cleaner time
     */
    record Between(Remasking rule, double on, double off) implements Remasking {

        /** Checks the times. */
        public Between {
            if (!(off >= 0 && on > off && on <= 1)) {
                throw new IllegalArgumentException("a rule acts from a noisier time to a cleaner one, within 1 and 0, got " + on + " and " + off);
            }
        }

        @Override
        public double probability(double time, double alpha, double cleaner) {
            return time <= on && time > off ? rule.probability(time, alpha, cleaner) : 0;
        }
    }
}
