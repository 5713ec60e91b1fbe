package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.networks.EdmNetwork;

/** DPM-Solver++ as an SDE for Stable Audio's networks, which are told {@code 2 / pi atan(sigma)}. Its noise should come from a Brownian path. */
public final class CosineDPMSolverMultistepScheduler extends EdmScheduler {

    private static final long serialVersionUID = 1;

    private final DpmOptions options;

    CosineDPMSolverMultistepScheduler(DiffusersConfig config) {
        super(config, EdmNetwork.Time.ARC_TANGENT);
        this.options = DpmOptions.of(settings());
        if (options.order() > 2) {
            throw new IllegalArgumentException(name() + " has solver_order 1 and 2, got " + options.order());
        }
    }

    @Override
    Solver solver(Settings run, int steps) {
        return options.multistep(settings(), steps);
    }
}
