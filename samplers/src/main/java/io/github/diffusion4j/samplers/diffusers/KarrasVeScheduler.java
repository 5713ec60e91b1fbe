package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Churn;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.schedules.EdmSchedule;
import java.util.ArrayList;
import java.util.List;

/**
 * The stochastic sampler of EDM: Heun's method with churn (Karras et al., arXiv:2206.00364, algorithm 2). As in Diffusers the noise levels are
 * {@code sigma_max^2 (sigma_min^2 / sigma_max^2)^(i / (n - 1))}, squares where the paper has roots. The network sees {@code (x + 1) / 2}: the plan scales by
 * 1/2, the caller adds 1/2; it is told {@code sigma / 2}, and {@code D = x + sigma^2 / 2 * output}.
 */
public final class KarrasVeScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    private final EdmSchedule schedule;

    KarrasVeScheduler(DiffusersConfig config) {
        super(config);
        this.schedule = new EdmSchedule(settings().number("sigma_min"), settings().number("sigma_max"));
    }

    /** The network of Diffusers' pipeline for this scheduler. */
    private record Network() implements Parameterization {
        @Override
        public Weights target(NoiseLevel level) {
            return new Weights(0, -2 / level.sigma());
        }

        @Override
        public double inputScale(NoiseLevel level) {
            return 0.5;
        }

        @Override
        public double conditioning(NoiseLevel level) {
            return level.sigma() / 2;
        }
    }

    @Override
    Composition compose(Settings run, int steps) {
        double highest = Math.pow(schedule.sigmaMax(), 2);
        double ratio = Math.pow(schedule.sigmaMin(), 2) / highest;
        List<NoiseLevel> starts = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            starts.add(new NoiseLevel(steps - 1.0 - i, 1, highest * Math.pow(ratio, steps == 1 ? 0 : (double) i / (steps - 1))));
        }
        double gamma = Math.min(settings().number("s_churn") / steps, Math.sqrt(2) - 1);
        Solver solver = new Churn(new Heun(Coordinate.EDM), gamma, settings().number("s_min"), settings().number("s_max"), settings().number("s_noise"));
        TimeGrid grid = TimeGrid.contiguous(starts, NoiseLevel.clean(0)).withCurve(schedule);
        return new Composition(grid, solver, parameterization(), correction(), schedule.sigmaMax());
    }

    /** Its timesteps are what the network is told, {@code sigma / 2}. */
    @Override
    public NoiseLevel level(double timestep) {
        return schedule.at(2 * timestep);
    }

    @Override
    public EdmSchedule schedule() {
        return schedule;
    }

    @Override
    public Parameterization parameterization() {
        return new Network();
    }
}
