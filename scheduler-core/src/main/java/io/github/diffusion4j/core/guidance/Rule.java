package io.github.diffusion4j.core.guidance;

import io.github.diffusion4j.core.kernel.Moments;

/**
 * How the outputs of one evaluation become one, for one row: weights of what is there, which may depend on its inner products and sums. The terms are, in this order, the sample, the
 * branches, and the arrays held from before.
 */
@FunctionalInterface
public interface Rule {

    /**
     * The weights.
     *
     * @param moments inner products and sums of the terms over the row; of a rule that is known before the run, null
     * @return the weights of all terms in the guided output, and then in each array that is kept
     */
    double[][] weights(Moments moments);
}
