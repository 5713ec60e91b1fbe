package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.schedules.BetaSchedule;

/** The consistency decoder of DALL-E 3's latents: two steps, at timesteps 1008 and 512 of 1024, with EDM's preconditioning on variance-preserving levels. */
public final class ConsistencyDecoderScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    private static final double[] TIMESTEPS = {1008, 512};

    ConsistencyDecoderScheduler(DiffusersConfig config) {
        super(config, BetaSchedule.SQUARED_COSINE.schedule(config.settings().integer("num_train_timesteps")),
                new EdmNetwork(config.settings().number("sigma_data"), 1, EdmNetwork.Time.LEVEL), DataCorrection.NONE);
    }

    @Override
    int typicalSteps() {
        return TIMESTEPS.length;
    }

    @Override
    Composition compose(Settings run, int steps) {
        if (steps != TIMESTEPS.length) {
            throw new IllegalArgumentException(name() + " takes 2 steps, got " + steps);
        }
        TimeGrid grid = TimeGrid.contiguous(Parts.at(schedule(), TIMESTEPS), NoiseLevel.clean(0)).withCurve(schedule());
        return new Composition(grid, new FirstOrder(FullRenoise.STANDARD, true), parameterization(), correction(), grid.from(0).sigma());
    }
}
