package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Timesteps;
import io.github.diffusion4j.schedules.networks.EdmNetwork;

/** The consistency decoder of DALL-E 3's latents: two steps, at timesteps 1008 and 512 of 1024, with EDM's preconditioning on variance-preserving levels. */
public final class ConsistencyDecoderScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    private static final int STEPS = 2;

    ConsistencyDecoderScheduler(DiffusersConfig config) {
        super(config, DiscreteProcess.of(BetaSchedule.SQUARED_COSINE.schedule(config.settings().integer("num_train_timesteps")))
                .withParameterization(new EdmNetwork(config.settings().number("sigma_data"), 1, EdmNetwork.Time.LEVEL)).withSpacing(Timesteps.explicit(1008, 512))
                .withConvention(Convention.DIFFUSERS));
    }

    @Override
    int typicalSteps() {
        return STEPS;
    }

    @Override
    Composition compose(Settings run, int steps) {
        if (steps != STEPS) {
            throw new IllegalArgumentException(name() + " takes 2 steps, got " + steps);
        }
        TimeGrid grid = contiguous(process().starts(steps));
        return new Composition(grid, new FirstOrder(FullRenoise.STANDARD, true), parameterization(), correction(), grid.from(0).sigma());
    }
}
