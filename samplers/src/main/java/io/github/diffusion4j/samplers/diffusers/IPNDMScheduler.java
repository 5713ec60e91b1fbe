package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.Ipndm;
import io.github.diffusion4j.schedules.TrigSchedule;
import java.util.Arrays;
import java.util.List;

/** iPNDM for v-diffusion networks (Dance Diffusion): Adams-Bashforth weights on the trigonometric schedule {@code sigma = sin^2(pi w / 2)}. */
public final class IPNDMScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    IPNDMScheduler(DiffusersConfig config) {
        super(config);
    }

    @Override
    Composition compose(Settings run, int steps) {
        double[] sigmas = settings().holds("trained_betas") ? settings().numbers("trained_betas")
                : Points.map(Arrays.copyOf(Points.linspace(1, 0, steps + 1), steps), w -> Math.pow(Math.sin(w * Math.PI / 2), 2));
        List<NoiseLevel> starts = Arrays.stream(sigmas).mapToObj(TrigSchedule::ofSigma).toList();
        TimeGrid grid = TimeGrid.contiguous(starts, TrigSchedule.ofSigma(0)).withCurve(schedule());
        return new Composition(grid, new Ipndm(), parameterization(), correction(), 1);
    }

    @Override
    public TrigSchedule schedule() {
        return new TrigSchedule(2 / Math.PI);
    }

    @Override
    public Parameterization parameterization() {
        return Parameterization.velocity();
    }
}
