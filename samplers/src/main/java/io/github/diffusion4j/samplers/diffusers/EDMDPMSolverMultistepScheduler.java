package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.networks.EdmNetwork;

/** DPM-Solver++ multistep for EDM networks (Lu et al., arXiv:2211.01095; Karras et al., arXiv:2206.00364). */
public final class EDMDPMSolverMultistepScheduler extends EdmScheduler {

    private static final long serialVersionUID = 1;

    private final DpmOptions options;

    EDMDPMSolverMultistepScheduler(DiffusersConfig config) {
        super(config, EdmNetwork.Time.QUARTER_LOG);
        this.options = DpmOptions.of(settings());
    }

    @Override
    Solver solver(Settings run, int steps) {
        return options.multistep(settings(), steps);
    }
}
