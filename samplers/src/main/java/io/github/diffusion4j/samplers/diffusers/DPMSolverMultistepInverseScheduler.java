package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import java.util.Arrays;

/** DPM-Solver multistep from the data towards the noise: inversion. As in Diffusers, flow levels fall all the same. */
public final class DPMSolverMultistepInverseScheduler extends LambdaScheduler {

    private static final long serialVersionUID = 1;

    private final DpmOptions options;

    DPMSolverMultistepInverseScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()));
        this.options = DpmOptions.of(settings());
    }

    @Override
    Solver solver(int steps) {
        return options.multistep(settings(), steps);
    }

    @Override
    Levels levels(Settings run, int steps) {
        boolean plain = !flow() && !run.has("sigmas") && !run.has("timesteps") && ramp().isEmpty();
        if (!plain) {
            return withoutRepeats(super.levels(run, steps));
        }
        double[] times = ascending(steps, usedTimesteps());
        return withoutRepeats(new Levels(times, Points.append(Points.map(times, sigmas()::sigma), sigmas().sigma(usedTimesteps() - 1))));
    }

    private double[] ascending(int steps, int used) {
        if (settings().text("timestep_spacing").equals("linspace")) {
            return Points.map(Arrays.copyOf(Points.linspace(0, used - 1, steps + 1), steps), Math::rint);
        }
        if (settings().text("timestep_spacing").equals("leading")) {
            int offset = settings().integer("steps_offset");
            return Points.of(steps, i -> (double) i * (used / (steps + 1)) + offset);
        }
        return Points.reversed(Points.multistep(settings(), steps, used));
    }

    /** Diffusers drops a time that repeats before it becomes a timestep, though not its noise level: only rounded times can. */
    private static Levels withoutRepeats(Levels levels) {
        return new Levels(Arrays.stream(levels.times()).distinct().toArray(), levels.sigmas());
    }

    @Override
    double highestSigma() {
        return super.lowestSigma();
    }

    @Override
    double lowestSigma() {
        return super.highestSigma();
    }

    @Override
    double finalSigma(double last, boolean respaced) {
        return last;
    }
}
