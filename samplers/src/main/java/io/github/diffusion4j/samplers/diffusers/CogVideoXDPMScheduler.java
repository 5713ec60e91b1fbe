package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.SolverType;

/**
 * DPM-Solver++ of second order as an SDE (Lu et al., arXiv:2211.01095), as CogVideoX uses it. The state holds what the caller of Diffusers' class has to hand back. As in Diffusers
 * the argument eta and clipping have no effect.
 */
public final class CogVideoXDPMScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    CogVideoXDPMScheduler(DiffusersConfig config) {
        super(config, CogVideoX.process(config.settings()));
    }

    @Override
    Composition compose(Settings run, int steps) {
        return composition(strided(steps),
                new DpmSolverMultistep(OrderRamp.of(2), Prediction.DATA, SolverType.MIDPOINT, 1, Convention.DIFFUSERS));
    }
}
