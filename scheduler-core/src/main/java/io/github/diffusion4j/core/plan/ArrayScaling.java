package io.github.diffusion4j.core.plan;

import java.io.Serializable;

/** The weights of a step that only the arrays can tell: the few places where a step is not linear. */
public sealed interface ArrayScaling extends Serializable permits ArrayScaling.None, LearnedVariance, Langevin {

    /** Every weight is known when the plan is made. */
    ArrayScaling NONE = new None();

    /** Every weight is known when the plan is made. */
    record None() implements ArrayScaling {}
}
