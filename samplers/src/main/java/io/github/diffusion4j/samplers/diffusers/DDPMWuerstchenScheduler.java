package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Posterior;
import io.github.diffusion4j.samplers.solvers.QuietEnd;
import io.github.diffusion4j.samplers.solvers.VarianceType;
import io.github.diffusion4j.schedules.CosineSchedule;
import java.util.Arrays;
import java.util.List;

/** DDPM in continuous time for Wuerstchen and Stable Cascade: n + 1 times from 1 to 0, no noise in the step to time 0. */
public final class DDPMWuerstchenScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    private final CosineSchedule schedule;

    DDPMWuerstchenScheduler(DiffusersConfig config) {
        super(config);
        this.schedule = new CosineSchedule(settings().number("scaler"), settings().number("s"));
    }

    @Override
    int steps(Settings run) {
        return super.steps(run) - 1;
    }

    @Override
    Composition compose(Settings run, int steps) {
        double[] times = run.has("timesteps") ? run.numbers("timesteps") : Points.linspace(1, 0, steps + 1);
        List<NoiseLevel> levels = Arrays.stream(times).mapToObj(schedule::at).toList();
        TimeGrid grid = TimeGrid.contiguous(levels.subList(0, times.length - 1), levels.get(times.length - 1)).withCurve(schedule);
        FirstOrder solver = new FirstOrder(new QuietEnd(new Posterior(VarianceType.FIXED_SMALL, true)), false);
        return new Composition(grid, solver, parameterization(), correction(), 1);
    }

    @Override
    public CosineSchedule schedule() {
        return schedule;
    }

    @Override
    public Parameterization parameterization() {
        return Parameterization.epsilon();
    }
}
