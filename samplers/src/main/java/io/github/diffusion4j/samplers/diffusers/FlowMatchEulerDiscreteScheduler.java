package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;

/**
 * Euler's method for flow matching (Esser et al., arXiv:2403.03206): {@code x' = x + (u' - u) v}, or with {@code stochastic_sampling} the data estimate noised anew. The churn
 * arguments have no effect, as in Diffusers.
 */
public final class FlowMatchEulerDiscreteScheduler extends FlowScheduler {

    private static final long serialVersionUID = 1;

    private final Solver solver;

    FlowMatchEulerDiscreteScheduler(DiffusersConfig config) {
        super(config);
        this.solver = settings().flag("stochastic_sampling") ? new FirstOrder(FullRenoise.STANDARD, false) : new FirstOrder(new Ancestral(0), false);
    }

    @Override
    Solver solver(Settings run, int steps) {
        return solver;
    }
}
