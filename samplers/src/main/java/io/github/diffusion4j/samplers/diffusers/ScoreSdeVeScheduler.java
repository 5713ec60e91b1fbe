package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.solvers.ReverseDiffusion;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import java.util.ArrayList;
import java.util.List;

/**
 * Predictor-corrector sampling of the variance-exploding SDE (Song et al., arXiv:2011.13456, algorithms 2 and 4): {@code correct_steps} Langevin steps, then a reverse-diffusion
 * step, over noise levels in equal ratios. The network outputs the score {@code -eps / sigma}.
 */
public final class ScoreSdeVeScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    private static final int MOST_CORRECTIONS = 1000;

    private final EdmSchedule schedule;

    ScoreSdeVeScheduler(DiffusersConfig config) {
        super(config);
        this.schedule = new EdmSchedule(settings().number("sigma_min"), settings().number("sigma_max"));
    }

    /** The score of the noised data. */
    private record Score() implements Parameterization {
        @Override
        public Weights target(NoiseLevel level) {
            return new Weights(0, -1 / level.sigma());
        }

        /** Its networks are told sigma; the schedule's time is {@code level.time()}. */
        @Override
        public double conditioning(NoiseLevel level) {
            return level.sigma();
        }
    }

    @Override
    Composition compose(Settings run, int steps) {
        double last = run.number("sampling_eps", settings().number("sampling_eps"));
        if (!(last >= 0 && last < 1)) {
            throw new IllegalArgumentException("sampling_eps of " + name() + ", the time of the last step, must lie in [0, 1), got " + last);
        }
        double[] times = Points.linspace(1, last, steps);
        double[] sigmas = SigmaRamp.exponential().at(schedule.sigmaMin(), schedule.sigmaMax(), Points.linspace(0, 1, steps));
        List<NoiseLevel> starts = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            starts.add(new NoiseLevel(times[i], 1, sigmas[(int) (times[i] * (steps - 1))]));
        }
        TimeGrid grid = TimeGrid.contiguous(starts, NoiseLevel.clean(0)).withCurve(schedule);
        ReverseDiffusion solver = new ReverseDiffusion(settings().integer("correct_steps", 0, MOST_CORRECTIONS), settings().number("snr"));
        return new Composition(grid, solver, parameterization(), correction(), schedule.sigmaMax());
    }

    /** A step asks the network several times at one level. */
    @Override
    NoiseLevel forwardLevel(Plan plan, double timestep) {
        return level(timestep);
    }

    @Override
    public EdmSchedule schedule() {
        return schedule;
    }

    @Override
    public Parameterization parameterization() {
        return new Score();
    }
}
