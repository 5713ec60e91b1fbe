package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.schedules.FlowShift;
import java.util.Arrays;

/** Flow maps (AnyFlow): {@code x' = x - (u - r) v} for a network that knows where a step ends; times in equal steps, shifted once. */
public final class FlowMapEulerDiscreteScheduler extends FlowScheduler {

    private static final long serialVersionUID = 1;

    FlowMapEulerDiscreteScheduler(DiffusersConfig config) {
        super(config);
    }

    @Override
    Solver solver(Settings run, int steps) {
        return new FirstOrder(new Ancestral(0), false);
    }

    @Override
    boolean shiftsTwice() {
        return false;
    }

    @Override
    double[] times(Settings run, int steps) {
        if (run.has("timesteps")) {
            return Points.map(run.numbers("timesteps"), t -> t / schedule().timesteps());
        }
        double[] times = run.has("sigmas") ? run.numbers("sigmas") : Arrays.copyOf(Points.linspace(1, 0, steps + 1), steps);
        return Points.map(times, u -> FlowShift.shift(shift(), u));
    }
}
