package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.TrajectoryRenoise;

/**
 * Trajectory consistency distillation (Zheng et al., arXiv:2402.19159, algorithm 1) with the argument {@code eta}, 0.3 unless given. As in Diffusers a run ends at timestep 0, clipping has no effect, and
 * an explicit {@code original_inference_steps} makes it pick from all timesteps.
 */
public final class TCDScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    private static final double ETA = 0.3;

    TCDScheduler(DiffusersConfig config) {
        super(config, Parts.process(config.settings(), "epsilon", "sample", "v_prediction"));
    }

    @Override
    NoiseLevel end() {
        return schedule().at(0);
    }

    @Override
    Composition compose(Settings run, int steps) {
        double[] times = run.has("timesteps") ? LcmTimesteps.given(run)
                : run.has("original_inference_steps") ? LcmTimesteps.ofAll(settings(), run, steps) : LcmTimesteps.of(settings(), run, steps);
        TimeGrid grid = contiguous(Parts.at(schedule(), times));
        return composition(grid, new FirstOrder(new TrajectoryRenoise(schedule(), run.number("eta", ETA)), false));
    }
}
