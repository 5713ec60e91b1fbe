package io.github.diffusion4j.core.kernel;

import java.io.Serializable;

/**
 * The most probable classes that together have a probability (top-p). With probabilities sorted downwards and {@code S_j} their sums up to the j-th, three rules are in use, all of which keep at least
 * one class; of equal probabilities the lowest class comes first.
 *
 * @param probability the probability p; 1 or more keeps every class under the first two rules
 * @param rule which classes around the crossing stay
 */
public record Nucleus(double probability, Rule rule) implements Serializable {

    /** Every class. */
    public static final Nucleus ALL = new Nucleus(Double.POSITIVE_INFINITY, Rule.CROSSING);

    /** Which classes stay. */
    public enum Rule {
        /** The j-th if {@code S_{j-1} <= p}: Diffusers' block refinement, Dream. */
        CROSSING,
        /** The j-th if {@code S_{j-1} < p}: VQ-Diffusion. */
        REACHING,
        /** The j-th if {@code S_j <= p}, the first always: ReMDM. */
        WITHIN
    }

    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it is not above 0
     */
    public Nucleus {
        if (!(probability > 0)) {
            throw new IllegalArgumentException("a nucleus (top_p) has a probability above 0, got " + probability + "; for the most probable class alone use a greedy candidate");
        }
    }

    /** Whether a class stays, given the sums of probabilities before and with it. */
    boolean keeps(double before, double with) {
        return switch (rule) {
            case CROSSING -> before <= probability;
            case REACHING -> before < probability;
            case WITHIN -> before == 0 || with <= probability;
        };
    }

    /** Whether no class is dropped, whatever the probabilities. */
    boolean isAll() {
        return probability >= 1 && rule != Rule.WITHIN || probability == Double.POSITIVE_INFINITY;
    }
}
