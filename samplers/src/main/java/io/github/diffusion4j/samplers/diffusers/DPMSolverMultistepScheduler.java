package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.SigmaRamp;
import java.util.Map;

/**
 * DPM-Solver and DPM-Solver++ multistep of order 1 to 3, ODE and SDE (Lu et al., arXiv:2211.01095). Order 3 has Diffusers' weights, which are of
 * second order; {@code DpmSolverMultistep} has the exact ones.
 */
public final class DPMSolverMultistepScheduler extends LambdaScheduler {

    private static final long serialVersionUID = 1;

    private static final String LU = "use_lu_lambdas";

    private final DpmOptions options;
    private final boolean zero;
    private final boolean lu;

    DPMSolverMultistepScheduler(DiffusersConfig config) {
        super(config, Parts.finiteBetas(config.settings()));
        this.options = DpmOptions.of(settings());
        this.zero = settings().choice("final_sigmas_type", Map.of("zero", true, "sigma_min", false));
        this.lu = settings().flag(LU) && !Points.rampKey(settings()).equals("use_karras_sigmas");
        options.checkEnd(name(), zero);
    }

    @Override
    Solver solver(int steps) {
        return options.multistep(settings(), steps);
    }

    /** The lu ramp of Diffusers is the exponential one over the whole table, with its times rounded. */
    @Override
    String ramp() {
        return lu ? LU : super.ramp();
    }

    @Override
    double[] ramp(String ramp, int steps) {
        return lu ? SigmaRamp.exponential().sigmas(highestSigma(), lowestSigma(), steps) : super.ramp(ramp, steps);
    }

    @Override
    boolean rounds(String ramp) {
        return lu || super.rounds(ramp);
    }

    @Override
    double[] rounded(double[] times) {
        return settings().text("beta_schedule").equals("squaredcos_cap_v2") ? times : super.rounded(times);
    }

    @Override
    double finalSigma(double last, boolean respaced) {
        return zero ? 0 : sigmas().sigma(0);
    }
}
