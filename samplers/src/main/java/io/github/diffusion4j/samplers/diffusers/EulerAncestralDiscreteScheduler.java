package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;

/** Euler ancestral, DDPM's posterior in sigma: a step to {@code sigma'^2 / sigma}, then fresh noise up to {@code sigma'}. */
public final class EulerAncestralDiscreteScheduler extends SigmaScheduler {

    private static final long serialVersionUID = 1;

    EulerAncestralDiscreteScheduler(DiffusersConfig config) {
        super(config, Parts.finiteBetas(config.settings()), "epsilon", "v_prediction");
    }

    @Override
    Solver solver(Settings run, int steps) {
        return new FirstOrder(new Ancestral(1), true);
    }
}
