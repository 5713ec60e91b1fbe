package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Midpoint;

/** DPM2 ancestral of k-diffusion: a midpoint step to {@code sigma'^2 / sigma}, then fresh noise up to {@code sigma'}. */
public final class KDPM2AncestralDiscreteScheduler extends SigmaScheduler {

    private static final long serialVersionUID = 1;

    KDPM2AncestralDiscreteScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()), "epsilon", "v_prediction");
    }

    @Override
    Solver solver(Settings run, int steps) {
        return new Midpoint(1);
    }

    @Override
    boolean roundsKarrasTimes() {
        return true;
    }
}
