package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.LinearMultistep;

/**
 * Linear multistep, Adams-Bashforth in sigma on the run's own grid; the argument {@code order} is 4 unless given. The weights are exact; Diffusers
 * integrates them numerically to 1e-4.
 */
public final class LMSDiscreteScheduler extends SigmaScheduler {

    private static final long serialVersionUID = 1;

    private static final int ORDER = 4;

    LMSDiscreteScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()), "epsilon", "sample", "v_prediction");
    }

    @Override
    Solver solver(Settings run, int steps) {
        return new LinearMultistep(run.has("order") ? run.integer("order") : ORDER, Coordinate.EDM, Convention.DIFFUSERS);
    }

    @Override
    boolean karrasReadsEnds() {
        return false;
    }
}
