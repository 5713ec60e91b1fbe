package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Deis;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import java.util.Map;

/**
 * DEIS in log rho (Zhang and Chen, arXiv:2204.13902). As in Diffusers a run ends at the lowest noise level, never at 0, and a respaced one takes a last step
 * that changes nothing. The weights are exact where Diffusers loses digits in float32.
 */
public final class DEISMultistepScheduler extends LambdaScheduler {

    private static final long serialVersionUID = 1;

    private final int order;

    DEISMultistepScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()));
        settings().choice("algorithm_type", Map.of("deis", true));
        settings().choice("solver_type", Map.of("logrho", true));
        this.order = Math.min(3, settings().integer("solver_order"));
    }

    @Override
    Solver solver(int steps) {
        boolean lower = settings().flag("lower_order_final") && steps < DpmOptions.FEW_STEPS;
        return new Deis(new OrderRamp(order, lower, lower));
    }

    @Override
    double finalSigma(double last, boolean respaced) {
        return respaced ? last : sigmas().sigma(0);
    }
}
