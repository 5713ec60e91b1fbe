package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.EulerMaruyama;
import io.github.diffusion4j.schedules.VarianceSde;
import java.util.Arrays;
import java.util.List;

/** The Euler-Maruyama method for the reverse variance-preserving SDE (Song et al., arXiv:2011.13456, equation 6), steps of 1 / n. */
public final class ScoreSdeVpScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    private final VarianceSde schedule;

    ScoreSdeVpScheduler(DiffusersConfig config) {
        super(config);
        this.schedule = new VarianceSde(settings().number("beta_min"), settings().number("beta_max"));
    }

    @Override
    Composition compose(Settings run, int steps) {
        double[] times = Points.linspace(1, settings().number("sampling_eps"), steps);
        List<NoiseLevel> starts = Arrays.stream(times).mapToObj(schedule::at).toList();
        TimeGrid grid = TimeGrid.contiguous(starts, NoiseLevel.clean(0)).withCurve(schedule);
        return new Composition(grid, new EulerMaruyama(schedule.betaMin(), schedule.betaMax(), 1.0 / steps), parameterization(), correction(), 1);
    }

    @Override
    public VarianceSde schedule() {
        return schedule;
    }

    @Override
    public Parameterization parameterization() {
        return Parameterization.epsilon();
    }
}
