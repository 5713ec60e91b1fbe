package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.networks.TrigFlowNetwork;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Consistency sampling on TrigFlow (SANA-Sprint; Lu and Song, arXiv:2410.11081): {@code D = cos(t) x - sin(t) F}, then {@code x' = cos(t') D + sin(t') sigma_data z}. With
 * two steps the second starts at {@code intermediate_timesteps}, 1.3 unless given.
 */
public final class SCMScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    private static final double LARGEST_TIME = 1.5708;
    private static final double INTERMEDIATE_TIME = 1.3;

    SCMScheduler(DiffusersConfig config) {
        super(config);
        settings().choice("prediction_type", Map.of("trigflow", true));
    }

    @Override
    int steps(Settings run) {
        return super.steps(run) - 1;
    }

    @Override
    Composition compose(Settings run, int steps) {
        double[] times = times(run, steps);
        List<NoiseLevel> levels = Arrays.stream(times).mapToObj(schedule()::at).toList();
        TimeGrid grid = TimeGrid.contiguous(levels.subList(0, times.length - 1), levels.get(times.length - 1)).withCurve(schedule());
        return new Composition(grid, new FirstOrder(new FullRenoise(settings().number("sigma_data"), 0), false), parameterization(), correction(), 1);
    }

    private double[] times(Settings run, int steps) {
        if (run.has("timesteps")) {
            run.refuse("max_timesteps", "beside timesteps", "leave one of the two out");
            run.refuse("intermediate_timesteps", "beside timesteps", "leave one of the two out");
            return run.numbers("timesteps");
        }
        double largest = run.number("max_timesteps", LARGEST_TIME);
        if (steps == 2 && !run.isNull("intermediate_timesteps")) {
            return new double[] {largest, run.number("intermediate_timesteps", INTERMEDIATE_TIME), 0};
        }
        if (run.has("intermediate_timesteps")) {
            throw new IllegalArgumentException("intermediate_timesteps of " + name() + " is for runs of 2 steps, got " + steps);
        }
        return Points.linspace(largest, 0, steps + 1);
    }

    @Override
    public TrigSchedule schedule() {
        return new TrigSchedule(1);
    }

    @Override
    public Parameterization parameterization() {
        return new TrigFlowNetwork();
    }
}
