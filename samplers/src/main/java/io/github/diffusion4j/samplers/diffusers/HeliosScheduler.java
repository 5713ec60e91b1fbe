package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import java.util.Map;

/** Helios: UniPC or Euler on one stage of a pyramid flow, chosen by the argument {@code stage_index}. No recorded results of Diffusers exist for it here. */
public final class HeliosScheduler extends PyramidScheduler {

    private static final long serialVersionUID = 1;

    private final Solver solver;

    HeliosScheduler(DiffusersConfig config) {
        super(config);
        boolean unipc = settings().choice("scheduler_type", Map.of("unipc", true, "euler", false));
        this.solver = unipc ? UniPCMultistepScheduler.unipc(settings()) : new FirstOrder(new Ancestral(0), false);
        if (settings().flag("thresholding")) {
            throw new IllegalArgumentException(name() + " has no thresholding (Diffusers' class fails on it)");
        }
    }

    @Override
    Solver solver(Settings run, int steps) {
        return solver;
    }
}
