package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.SaSolver;
import java.util.Map;

/**
 * SA-Solver (Xue et al., arXiv:2309.05019) with tau 1 between timesteps 200 and 800 and 0 elsewhere, Diffusers' default {@code tau_func}; other functions
 * cannot stand in a config. Like there a run ends at the lowest noise level.
 */
public final class SASolverScheduler extends LambdaScheduler {

    private static final long serialVersionUID = 1;

    private static final SaSolver.Tau TAU = new SaSolver.Tau(1, 200, 800);

    private final SaSolver solver;

    SASolverScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()));
        this.solver = new SaSolver(settings().integer("predictor_order"), settings().integer("corrector_order"), TAU,
                settings().choice("algorithm_type", Map.of("data_prediction", Prediction.DATA, "noise_prediction", Prediction.NOISE)),
                settings().flag("lower_order_final"), Convention.DIFFUSERS);
    }

    @Override
    Solver solver(int steps) {
        return solver;
    }

    @Override
    double finalSigma(double last, boolean respaced) {
        return respaced ? last : sigmas().sigma(0);
    }

    /** Diffusers noises by the table here, not by the run. */
    @Override
    NoiseLevel forwardLevel(Plan plan, double timestep) {
        return sigmas().table().at(timestep);
    }
}
