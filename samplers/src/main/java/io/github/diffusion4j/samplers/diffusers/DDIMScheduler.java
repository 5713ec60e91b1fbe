package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;

/**
 * DDIM (Song et al., arXiv:2010.02502, equation 12) with the arguments {@code eta} and {@code use_clipped_model_output}. As in Diffusers a step ends at
 * {@code t - T / n} even where the next one starts elsewhere.
 */
public class DDIMScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    DDIMScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()), Parts.prediction(config.settings(), "epsilon", "sample", "v_prediction"), Parts.correction(config.settings()));
    }

    @Override
    Composition compose(Settings run, int steps) {
        FirstOrder solver = new FirstOrder(new Ancestral(run.number("eta", 0)), run.flag("use_clipped_model_output", false));
        NoiseLevel end = Parts.end(settings(), schedule());
        TimeGrid grid = run.has("timesteps") ? TimeGrid.contiguous(given(run), end).withCurve(schedule())
                : Parts.strided(schedule(), Points.singleStep(settings(), steps, true), schedule().size() / steps, end);
        return composition(grid, solver);
    }

    @Override
    java.util.List<String> moreArguments() {
        return java.util.List.of("timesteps");
    }

    @Override
    public NoiseLevel end(double timestep) {
        return timestep < 0 ? Parts.end(settings(), schedule()) : schedule().at(timestep);
    }
}
