package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Midpoint;

/** DPM2 of k-diffusion: the midpoint method in log sigma (Karras et al., arXiv:2206.00364, section 5), two evaluations a step. */
public final class KDPM2DiscreteScheduler extends SigmaScheduler {

    private static final long serialVersionUID = 1;

    KDPM2DiscreteScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()), "epsilon", "v_prediction");
    }

    @Override
    Solver solver(Settings run, int steps) {
        return new Midpoint(0);
    }

    @Override
    boolean roundsKarrasTimes() {
        return true;
    }
}
