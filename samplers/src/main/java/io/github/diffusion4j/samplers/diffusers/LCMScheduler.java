package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.schedules.networks.LcmNetwork;
import java.util.List;

/**
 * Latent consistency models (Luo et al., arXiv:2310.04378, algorithm 3): the network's estimate with its boundary condition, noised anew to the next timestep. As in Diffusers a run
 * over given timesteps that {@code strength} shortens adds noise in its last step too.
 */
public final class LCMScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    LCMScheduler(DiffusersConfig config) {
        super(config, process(config.settings()));
    }

    private static DiscreteProcess process(Settings settings) {
        DiscreteProcess process = Parts.process(settings, "epsilon", "sample", "v_prediction").withCorrection(Parts.correction(settings));
        return process.withParameterization(new LcmNetwork(process.parameterization(), settings.number("timestep_scaling")));
    }

    /** Clean data whatever {@code set_alpha_to_one} says: as in Diffusers the last step returns the estimate. */
    @Override
    NoiseLevel end() {
        return NoiseLevel.clean(0);
    }

    @Override
    Composition compose(Settings run, int steps) {
        boolean given = run.has("timesteps");
        double[] times = given ? LcmTimesteps.given(run) : LcmTimesteps.of(settings(), run, steps);
        List<NoiseLevel> starts = Parts.at(schedule(), times);
        boolean noisyEnd = given && times.length < run.numbers("timesteps").length;
        NoiseLevel end = noisyEnd ? starts.get(starts.size() - 1) : end();
        return composition(TimeGrid.contiguous(starts, end).withCurve(schedule()), new FirstOrder(FullRenoise.STANDARD, false));
    }
}
