package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.ArrayScaling;
import java.io.Serializable;

/** How a first-order step divides the noise of its end level between kept and fresh noise. */
public interface Renoise extends Serializable {

    /**
     * The weights of kept and fresh noise.
     *
     * @param keep the weight of the estimated noise
     * @param fresh the weight of fresh noise
     * @param scaling how fresh noise scales with learned variance channels
     */
    record Split(double keep, double fresh, ArrayScaling scaling) {}

    /**
     * The order of the steps: 1, or 0 where the network must be a consistency model, whose estimate does not get better with shorter steps.
     *
     * @return the order
     */
    default int order() {
        return 1;
    }

    /**
     * Whether there is fresh noise in any step.
     *
     * @return false for a rule that keeps all noise
     */
    default boolean stochastic() {
        return true;
    }

    /**
     * Where the division was published.
     *
     * @return the source
     */
    String citation();

    /**
     * The division for one step. Where it is exact, {@code keep^2 + fresh^2 = sigma'^2}.
     *
     * @param from the level the step starts at
     * @param to the level it ends at
     * @return the weights
     */
    Split split(NoiseLevel from, NoiseLevel to);
}
