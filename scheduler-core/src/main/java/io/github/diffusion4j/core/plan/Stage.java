package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.noise.NoiseRequest.Interval;
import java.io.Serializable;

/**
 * One network evaluation and the arithmetic around it. The engine runs, in this order,
 * <pre>
 *   x  = before(x, z')        then the network is evaluated at (x, level)
 *   m0 = remember(...)        pushed onto the memory, if not zero
 *   a' = anchor(...)
 *   x' = next(...)            which reads the new anchor and memory
 * </pre>
 *
 * @param level the noise level at which the network is evaluated
 * @param before what happens to the sample before the network sees it (churn); only sample and noise may be used
 * @param remember what is pushed onto the memory, {@link Combination#ZERO} for nothing
 * @param anchor the new anchor
 * @param next the new sample
 * @param scaling what of {@code next} is only known once the arrays are: learned variance, Langevin step size
 * @param interval the noise levels between which fresh noise drives the sample, for Brownian noise;
 *     {@link Interval#NONE} for the whole step
 */
public record Stage(NoiseLevel level, Combination before, Combination remember, Combination anchor, Combination next,
        ArrayScaling scaling, Interval interval) implements Serializable {

    /**
     * A plain evaluation: nothing before it, nothing remembered, the anchor untouched.
     *
     * @param level the noise level at which the network is evaluated
     * @param next the new sample
     * @return the stage
     */
    public static Stage of(NoiseLevel level, Combination next) {
        return new Stage(level, Combination.SAMPLE, Combination.ZERO, Combination.ANCHOR, next, ArrayScaling.NONE, Interval.NONE);
    }

    /**
     * With something done to the sample before the network sees it.
     *
     * @param combination of sample and noise
     * @return the stage
     */
    public Stage withBefore(Combination combination) {
        return new Stage(level, combination, remember, anchor, next, scaling, interval);
    }

    /**
     * With a prediction pushed onto the memory.
     *
     * @param combination what to remember
     * @return the stage
     */
    public Stage withRemember(Combination combination) {
        return new Stage(level, before, combination, anchor, next, scaling, interval);
    }

    /**
     * With a new anchor.
     *
     * @param combination the anchor
     * @return the stage
     */
    public Stage withAnchor(Combination combination) {
        return new Stage(level, before, remember, combination, next, scaling, interval);
    }

    /**
     * With weights of {@code next} that follow from the arrays.
     *
     * @param other the rule
     * @return the stage
     */
    public Stage withScaling(ArrayScaling other) {
        return new Stage(level, before, remember, anchor, next, other, interval);
    }

    /**
     * With noise that drives a part of the step only.
     *
     * @param from the level at which the part starts
     * @param to the level at which it ends
     * @return the stage
     */
    public Stage withInterval(NoiseLevel from, NoiseLevel to) {
        return new Stage(level, before, remember, anchor, next, scaling, new Interval(from.edmSigma(), to.edmSigma()));
    }
}
