package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlusSde;

/**
 * DPM++ SDE of k-diffusion: the stochastic two-stage solver with r = 1/2. Its noise should come from a Brownian path (weak order 2); with independent
 * draws the two overlapping intervals make it weak order 1.
 */
public final class DPMSolverSDEScheduler extends SigmaScheduler {

    private static final long serialVersionUID = 1;

    DPMSolverSDEScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()), "epsilon", "v_prediction");
    }

    @Override
    Solver solver(Settings run, int steps) {
        return new DpmPlusPlusSde(0.5, 1, run.number("s_noise", 1));
    }

    @Override
    boolean karrasReadsEnds() {
        return false;
    }
}
