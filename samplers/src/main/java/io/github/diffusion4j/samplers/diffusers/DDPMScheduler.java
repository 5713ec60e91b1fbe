package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.DdpmScheduler;
import io.github.diffusion4j.samplers.solvers.VarianceType;
import java.util.List;

/** DDPM, ancestral sampling from the posterior (Ho et al., arXiv:2006.11239, algorithm 2), as {@link DdpmScheduler} with Diffusers' conventions. */
public class DDPMScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    private final DdpmScheduler scheduler;

    DDPMScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()), Parts.prediction(config.settings(), "epsilon", "sample", "v_prediction"), Parts.correction(config.settings()));
        this.scheduler = DdpmScheduler.of(process()).withVariance(VarianceType.of(settings().text("variance_type")));
    }

    @Override
    Composition compose(Settings run, int steps) {
        List<NoiseLevel> starts = run.has("timesteps") ? given(run) : Parts.at(schedule(), Points.singleStep(settings(), steps, true));
        return composition(TimeGrid.contiguous(starts, NoiseLevel.clean(0)).withCurve(schedule()), scheduler.solver());
    }
}
