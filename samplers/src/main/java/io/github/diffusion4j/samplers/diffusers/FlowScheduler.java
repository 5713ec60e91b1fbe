package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.FlowShift;
import io.github.diffusion4j.schedules.TrainedSigmas;
import java.util.ArrayList;
import java.util.List;

/**
 * The flow-matching schedulers of Diffusers: {@code x = (1 - u) x0 + u eps}, a network that predicts {@code eps - x0}, and times u that are shifted towards the
 * noise. As in Diffusers a run given by its number of steps alone is shifted twice: the ends of its times are shifted, and the times between them again.
 */
abstract class FlowScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    private final Flow schedule;

    FlowScheduler(DiffusersConfig config) {
        super(config);
        this.schedule = new Flow(settings().number("num_train_timesteps"));
        Points.rampKey(settings());
        Shifting.named(settings(), 1);
    }

    /** The solver of a run. */
    abstract Solver solver(Settings run, int steps);

    @Override
    Composition compose(Settings run, int steps) {
        double[] times = times(run, steps);
        boolean inverted = settings().flag("invert_sigmas", false);
        double[] levels = inverted ? Points.map(times, u -> 1 - u) : times;
        double[] named = takesTimesteps() && !inverted && run.has("timesteps") ? run.numbers("timesteps") : Points.map(levels, u -> u * schedule.timesteps());
        if (named.length != levels.length) {
            throw new IllegalArgumentException("timesteps and sigmas of " + name() + " name the same points, got " + named.length + " and " + levels.length);
        }
        return over(run, levels, named, inverted ? 1 : 0);
    }

    /** The run over given times, told to the network by given names. */
    final Composition over(Settings run, double[] times, double[] named, double end) {
        List<NoiseLevel> starts = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            starts.add(new NoiseLevel(named[i], 1 - times[i], times[i]));
        }
        NoiseLevel last = new NoiseLevel(end * schedule.timesteps(), 1 - end, end);
        return new Composition(TimeGrid.contiguous(starts, last).withCurve(schedule), solver(run, times.length), parameterization(), correction(), 1);
    }

    /** The times u of a run, noisiest first. */
    double[] times(Settings run, int steps) {
        double[] shifted = Points.map(unshifted(run, steps), u -> FlowShift.shift(Shifting.of(settings(), name(), shift(), run), u));
        double[] stretched = settings().holds("shift_terminal") ? FlowShift.stretch(shifted, settings().number("shift_terminal")) : shifted;
        String ramp = Points.rampKey(settings());
        return ramp.isEmpty() ? stretched : Points.ramp(ramp).sigmas(stretched[0], stretched[stretched.length - 1], stretched.length);
    }

    private double[] unshifted(Settings run, int steps) {
        if (run.has("sigmas")) {
            return run.numbers("sigmas");
        }
        if (run.has("timesteps")) {
            return Points.map(run.numbers("timesteps"), t -> t / schedule.timesteps());
        }
        double lowest = steps == 1 ? 1 : 1 / Points.flowTimesteps(settings());
        return Points.linspace(1, Shifting.isDynamic(settings()) ? lowest : FlowShift.shift(shift(), lowest), steps);
    }

    @Override
    final String shifting() {
        return Shifting.named(settings(), shift());
    }

    @Override
    public TrainedSigmas trainedSigmas() {
        return new TrainedSigmas.ShiftedFlow(schedule, Shifting.fixed(settings(), name(), shift()), TrainedSigmas.TABLE);
    }

    @Override
    public TrainedSigmas trainedSigmas(double mu) {
        return new TrainedSigmas.ShiftedFlow(schedule, Shifting.dynamic(settings(), name(), mu), TrainedSigmas.TABLE);
    }

    /** With {@code invert_sigmas} the network is told how much of the data there is, and predicts the way towards it. */
    @Override
    public Parameterization network() {
        return settings().flag("invert_sigmas", false) ? new TowardsData(schedule.timesteps()) : parameterization();
    }

    /** Whether a run by its number of steps is shifted at its ends and then as a whole. */
    boolean shiftsTwice() {
        return !Shifting.isDynamic(settings()) && shift() != 1;
    }

    final double shift() {
        return settings().number("shift", 1);
    }

    @Override
    public Flow schedule() {
        return schedule;
    }

    @Override
    public Parameterization parameterization() {
        return Parameterization.flow();
    }
}
