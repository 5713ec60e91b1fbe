package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.FlowShift;
import io.github.diffusion4j.schedules.TrainedSigmas;
import java.util.Arrays;
import java.util.List;

/** MiniMax-H3's flow: times run from noise (0) to data (1), the network predicts {@code x0 - eps}, and n points make n - 1 steps. */
public final class MiniMaxH3Scheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    MiniMaxH3Scheduler(DiffusersConfig config) {
        super(config);
    }

    @Override
    SigmasMeaning lastSigma() {
        return SigmasMeaning.END;
    }

    @Override
    Composition compose(Settings run, int steps) {
        double[] sigmas = run.has("sigmas") ? run.numbers("sigmas") : Points.map(Points.linspace(1, 0, steps), u -> FlowShift.shift(settings().number("shift"), u));
        double[] points = Arrays.stream(sigmas).distinct().toArray();
        if (points.length < 2) {
            throw new IllegalArgumentException(name() + " makes n - 1 steps of n points; it needs at least 2, got " + points.length);
        }
        List<NoiseLevel> levels = Arrays.stream(points).mapToObj(schedule()::at).toList();
        TimeGrid grid = TimeGrid.contiguous(levels.subList(0, levels.size() - 1), levels.get(levels.size() - 1)).withCurve(schedule());
        return new Composition(grid, new FirstOrder(new Ancestral(0), false), parameterization(), correction(), 1);
    }

    @Override
    public TrainedSigmas trainedSigmas() {
        return new TrainedSigmas.ShiftedFlow(schedule(), settings().number("shift"), TrainedSigmas.TABLE);
    }

    @Override
    String shifting() {
        return Shifting.named(settings(), settings().number("shift"));
    }

    /** Its timesteps are what the network is told, {@code 1 - u}. */
    @Override
    public NoiseLevel level(double timestep) {
        return schedule().at(1 - timestep);
    }

    @Override
    public Flow schedule() {
        return new Flow(1);
    }

    @Override
    public Parameterization parameterization() {
        return new TowardsData(1);
    }
}
