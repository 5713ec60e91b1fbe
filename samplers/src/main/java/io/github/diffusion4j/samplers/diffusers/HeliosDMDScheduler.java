package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;

/** Distilled Helios: the data estimate noised anew, {@code x' = (1 - u') D + u' z}, on one stage of a pyramid flow. No recorded results of Diffusers exist for it here. */
public final class HeliosDMDScheduler extends PyramidScheduler {

    private static final long serialVersionUID = 1;

    HeliosDMDScheduler(DiffusersConfig config) {
        super(config);
    }

    @Override
    Solver solver(Settings run, int steps) {
        return new FirstOrder(FullRenoise.STANDARD, false);
    }
}
