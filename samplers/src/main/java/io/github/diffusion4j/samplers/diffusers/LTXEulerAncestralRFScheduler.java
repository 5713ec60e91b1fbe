package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.RectifiedAncestral;
import io.github.diffusion4j.samplers.solvers.ScaledNoise;
import java.util.Arrays;

/** Euler ancestral for rectified flows (LTX-2, ComfyUI): a step below the next time, then scaling and fresh noise back up to it. */
public final class LTXEulerAncestralRFScheduler extends FlowScheduler {

    private static final long serialVersionUID = 1;

    LTXEulerAncestralRFScheduler(DiffusersConfig config) {
        super(config);
        if (settings().flag("invert_sigmas", false)) {
            throw new IllegalArgumentException("invert_sigmas of " + name() + ": its steps lead from time 1 to 0 only; use FlowMatchEulerDiscreteScheduler");
        }
    }

    @Override
    Solver solver(Settings run, int steps) {
        double eta = settings().number("eta");
        double noise = settings().number("s_noise");
        return eta > 0 && noise > 0 ? new ScaledNoise(new FirstOrder(new RectifiedAncestral(eta), true), noise) : new FirstOrder(new Ancestral(0), true);
    }

    @Override
    SigmasMeaning lastSigma() {
        return SigmasMeaning.END;
    }

    @Override
    int steps(Settings run) {
        return super.steps(run) - 1;
    }

    /** Given sigmas hold the end of the run; Diffusers takes given timesteps for sigmas too. */
    @Override
    Composition compose(Settings run, int steps) {
        if (!run.has("sigmas") && !run.has("timesteps")) {
            return super.compose(run, steps);
        }
        run.refuse("mu", "where sigmas or timesteps are given", "leave it out, or give the number of steps");
        double[] sigmas = run.numbers(run.has("sigmas") ? "sigmas" : "timesteps");
        double[] times = Arrays.copyOf(sigmas, sigmas.length - 1);
        return over(run, times, Points.map(times, u -> u * schedule().timesteps()), sigmas[sigmas.length - 1]);
    }
}
