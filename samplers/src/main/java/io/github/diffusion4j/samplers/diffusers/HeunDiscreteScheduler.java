package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.Heun;

/** Heun's method in sigma (Karras et al., arXiv:2206.00364, algorithm 1): two evaluations a step, the last step Euler's. */
public final class HeunDiscreteScheduler extends SigmaScheduler {

    private static final long serialVersionUID = 1;

    private final DataCorrection correction;

    HeunDiscreteScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()), "epsilon", "sample", "v_prediction");
        this.correction = Parts.clip(settings());
    }

    @Override
    Solver solver(Settings run, int steps) {
        return new Heun(Coordinate.EDM);
    }

    @Override
    public DataCorrection correction() {
        return correction;
    }
}
