package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.networks.Adapted;
import io.github.diffusion4j.schedules.networks.EdmNetwork;
import java.util.Map;

/**
 * Euler's method in sigma with optional churn (Karras et al., arXiv:2206.00364, algorithm 2 without its corrector):
 * {@code x' = x + (sigma' - sigma) (x - D) / sigma}. As in Diffusers, churn adds its noise after the network was evaluated, and {@code interpolation_type} log_linear makes one noise
 * level more than a run reaches, so that it ends above 0 and its churn is divided by n + 1.
 */
public final class EulerDiscreteScheduler extends SigmaScheduler {

    private static final long serialVersionUID = 1;

    private final Parameterization parameterization;
    private final boolean lastAtFloor;
    private final boolean logLinear;

    EulerDiscreteScheduler(DiffusersConfig config) {
        super(config, Parts.finiteBetas(config.settings()), "epsilon", "sample", "v_prediction");
        boolean continuous = settings().choice("timestep_type", Map.of("discrete", false, "continuous", true));
        boolean logTimes = continuous && settings().text("prediction_type").equals("v_prediction");
        this.parameterization = logTimes ? new LogSigmaTime(super.parameterization()) : super.parameterization();
        this.lastAtFloor = settings().choice("final_sigmas_type", Map.of("zero", false, "sigma_min", true));
        this.logLinear = settings().choice("interpolation_type", Map.of("linear", false, "log_linear", true));
    }

    /** The time of EDM networks, {@code ln(sigma) / 4}. */
    private record LogSigmaTime(Parameterization network) implements Adapted {
        @Override
        public double conditioning(NoiseLevel level) {
            return 0.25 * Math.log(level.edmSigma());
        }
    }

    @Override
    Solver solver(Settings run, int steps) {
        boolean picked = logLinear && !run.has("sigmas");
        if (picked) {
            run.refuse("timesteps", "where interpolation_type log_linear of the config picks the noise levels", "leave out one of the two, or give sigmas");
        }
        int levels = picked && Points.rampKey(settings()).isEmpty() ? steps + 1 : steps;
        return ChurnArguments.of(run, levels).late(parameterization, settings().text("prediction_type").equals("epsilon"));
    }

    @Override
    double[] spaced(double[] timesteps) {
        if (!logLinear) {
            return super.spaced(timesteps);
        }
        double[] table = schedule().table().sigmas();
        return SigmaRamp.exponential().sigmas(table[table.length - 1], table[0], timesteps.length + 1);
    }

    @Override
    double finalSigma() {
        return lastAtFloor ? schedule().sigma(0) : 0;
    }

    @Override
    public NoiseLevel level(double timestep) {
        return parameterization instanceof LogSigmaTime ? EdmNetwork.Time.QUARTER_LOG.level(schedule(), timestep) : super.level(timestep);
    }

    @Override
    public Parameterization parameterization() {
        return parameterization;
    }
}
