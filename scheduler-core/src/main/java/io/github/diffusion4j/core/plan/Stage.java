package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
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
 * @param variance how the noise of {@code next} scales with the network's variance channels
 */
public record Stage(NoiseLevel level, Combination before, Combination remember, Combination anchor, Combination next,
        LearnedVariance variance) implements Serializable {

    /**
     * A plain evaluation: nothing before it, nothing remembered, the anchor untouched.
     *
     * @param level the noise level at which the network is evaluated
     * @param next the new sample
     * @return the stage
     */
    public static Stage of(NoiseLevel level, Combination next) {
        return new Stage(level, Combination.SAMPLE, Combination.ZERO, Combination.ANCHOR, next, LearnedVariance.NONE);
    }

    /**
     * With something done to the sample before the network sees it.
     *
     * @param combination of sample and noise
     * @return the stage
     */
    public Stage withBefore(Combination combination) {
        return new Stage(level, combination, remember, anchor, next, variance);
    }

    /**
     * With a prediction pushed onto the memory.
     *
     * @param combination what to remember
     * @return the stage
     */
    public Stage withRemember(Combination combination) {
        return new Stage(level, before, combination, anchor, next, variance);
    }

    /**
     * With a new anchor.
     *
     * @param combination the anchor
     * @return the stage
     */
    public Stage withAnchor(Combination combination) {
        return new Stage(level, before, remember, combination, next, variance);
    }

    /**
     * With noise scaled by the network's variance channels.
     *
     * @param learned the rule
     * @return the stage
     */
    public Stage withVariance(LearnedVariance learned) {
        return new Stage(level, before, remember, anchor, next, learned);
    }
}
