package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;

/** Consistency sampling for flow matching: the data estimate noised anew, {@code x' = (1 - u') D + u' z}. Growing the image between steps is not supported. */
public final class FlowMatchLCMScheduler extends FlowScheduler {

    private static final long serialVersionUID = 1;

    FlowMatchLCMScheduler(DiffusersConfig config) {
        super(config);
        if (settings().has("scale_factors") && settings().numbers("scale_factors").length > 0) {
            throw new IllegalArgumentException("scale_factors of " + name() + " resize the sample between steps, which plans do not do; leave the key out and resize between two plans");
        }
    }

    @Override
    Solver solver(Settings run, int steps) {
        return new FirstOrder(FullRenoise.STANDARD, false);
    }

    @Override
    boolean takesTimesteps() {
        return true;
    }
}
