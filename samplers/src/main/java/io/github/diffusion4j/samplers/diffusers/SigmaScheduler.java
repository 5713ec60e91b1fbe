package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.VarianceExploding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The schedulers of k-diffusion in Diffusers: the variance-exploding coordinate {@code x = x0 + sigma eps} over a table of betas, a network
 * that sees {@code x / sqrt(sigma^2 + 1)}, and noise levels that may be respaced by a ramp between the ends of the chosen timesteps.
 */
abstract class SigmaScheduler extends DiffusersScheduler {

    private static final long serialVersionUID = 1;

    private final VarianceExploding schedule;
    private final Parameterization parameterization;

    SigmaScheduler(DiffusersConfig config, DiscreteSchedule betas, String... predictions) {
        super(config);
        this.schedule = VarianceExploding.of(betas);
        this.parameterization = new Normalized(Parts.prediction(settings(), predictions));
        Points.rampKey(settings());
    }

    /** The solver of a run. */
    abstract Solver solver(Settings run, int steps);

    /** Whether {@code sigma_min} and {@code sigma_max} of the config move the ends of the Karras ramp. */
    boolean karrasReadsEnds() {
        return true;
    }

    /** Whether the times of a Karras ramp are rounded to timesteps. */
    boolean roundsKarrasTimes() {
        return false;
    }

    @Override
    List<String> moreArguments() {
        return List.of("timesteps", "sigmas");
    }

    @Override
    SigmasMeaning lastSigma() {
        return SigmasMeaning.END;
    }

    /** The last of given sigmas is where the run ends. */
    @Override
    int steps(Settings run) {
        return super.steps(run) - (run.has("sigmas") ? 1 : 0);
    }

    @Override
    Composition compose(Settings run, int steps) {
        String ramp = Points.rampKey(settings());
        if (!ramp.isEmpty()) {
            run.refuse("timesteps", "where " + ramp + " of the config picks the noise levels", "leave out one of the two, or give sigmas");
        }
        double[] times = run.has("sigmas") ? new double[0] : timesteps(run, steps);
        double[] sigmas = run.has("sigmas") ? run.numbers("sigmas") : withEnd(times);
        int count = sigmas.length - 1;
        if (count < 1) {
            throw run.refusal("sigmas", "with one entry, which is where the run ends in this class", "give the levels at which steps start, and the end");
        }
        if (times.length != count || !ramp.isEmpty()) {
            boolean rounded = roundsKarrasTimes() && ramp.equals("use_karras_sigmas");
            times = Points.map(Points.map(sigmas, schedule::time), rounded ? Math::rint : t -> t);
        }
        List<NoiseLevel> starts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            starts.add(new NoiseLevel(times[i], 1, sigmas[i]));
        }
        TimeGrid grid = TimeGrid.contiguous(starts, new NoiseLevel(0, 1, sigmas[count])).withCurve(schedule);
        return new Composition(grid, solver(run, count), parameterization(), correction(), startScale(sigmas[0]));
    }

    /** The noise levels of the steps and of the end. */
    private double[] withEnd(double[] times) {
        double[] sigmas = spaced(times);
        String ramp = Points.rampKey(settings());
        if (ramp.isEmpty()) {
            return sigmas.length > times.length ? sigmas : Points.append(sigmas, finalSigma());
        }
        boolean moved = karrasReadsEnds() || !ramp.equals("use_karras_sigmas");
        double lowest = moved ? settings().number("sigma_min", sigmas[sigmas.length - 1]) : sigmas[sigmas.length - 1];
        double highest = moved ? settings().number("sigma_max", sigmas[0]) : sigmas[0];
        return Points.append(Points.ramp(ramp).sigmas(highest, lowest, times.length), finalSigma());
    }

    private double[] timesteps(Settings run, int steps) {
        return run.has("timesteps") ? run.numbers("timesteps") : Points.singleStep(settings(), steps);
    }

    /** The noise levels of timesteps; one more if the end belongs to them. */
    double[] spaced(double[] timesteps) {
        return Points.map(timesteps, schedule::sigma);
    }

    /** The level the last step ends at, unless the noise levels hold it. */
    double finalSigma() {
        return 0;
    }

    private double startScale(double highest) {
        boolean reachesEnd = !settings().text("timestep_spacing").equals("leading");
        return reachesEnd ? highest : Math.hypot(highest, 1);
    }

    @Override
    public final Optional<DiscreteSchedule> table() {
        return Optional.of(schedule.table());
    }

    @Override
    public final VarianceExploding schedule() {
        return schedule;
    }

    @Override
    public Parameterization parameterization() {
        return parameterization;
    }

    @Override
    public DataCorrection correction() {
        return DataCorrection.NONE;
    }
}
