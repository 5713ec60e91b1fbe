package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Timesteps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The parts that configs of many classes name with the same keys. */
final class Parts {

    /** What Diffusers' sigma schedulers put in place of a signal of zero, so that sigma stays finite. */
    private static final double TERMINAL_SIGNAL = Math.pow(2, -24);

    private static final Map<String, Parameterization> PREDICTIONS = Map.of("epsilon", Parameterization.epsilon(), "sample", Parameterization.sample(),
            "v_prediction", Parameterization.velocity(), "flow_prediction", Parameterization.flow());

    private static final Map<String, Function<Settings, Spacing>> SPACINGS = Map.of("leading", settings -> Timesteps.leading(settings.integer("steps_offset")),
            "linspace", settings -> Timesteps.linspace(), "trailing", settings -> Timesteps.trailing());

    private Parts() {}

    /** The forward process of beta keys. */
    static DiscreteSchedule trainedBetas(Settings settings) {
        return settings.holds("trained_betas") ? DiscreteSchedule.ofBetas(settings.numbers("trained_betas"))
                : BetaSchedule.of(settings.text("beta_schedule")).schedule(settings.integer("num_train_timesteps"), settings.number("beta_start", 0.0001),
                        settings.number("beta_end", 0.02));
    }

    /** The forward process of beta keys, rescaled to zero terminal SNR where asked for. */
    static DiscreteSchedule betas(Settings settings) {
        DiscreteSchedule schedule = trainedBetas(settings);
        return settings.flag("rescale_betas_zero_snr", false) ? schedule.withZeroTerminalSnr() : schedule;
    }

    /** The same, with a finite sigma at its end. */
    static DiscreteSchedule finiteBetas(Settings settings) {
        DiscreteSchedule schedule = betas(settings);
        if (!settings.flag("rescale_betas_zero_snr", false)) {
            return schedule;
        }
        double[] signal = schedule.alphasCumprod();
        signal[signal.length - 1] = TERMINAL_SIGNAL;
        return schedule.withAlphasCumprod(signal);
    }

    /** The process of a config over its table: Diffusers' numbers, without a correction. */
    static DiscreteProcess process(Settings settings, String... predictions) {
        return process(settings, betas(settings), predictions);
    }

    /** The same over another table. */
    static DiscreteProcess process(Settings settings, DiscreteSchedule schedule, String... predictions) {
        DiscreteProcess process = DiscreteProcess.of(schedule).withParameterization(prediction(settings, predictions)).withConvention(Convention.DIFFUSERS);
        return settings.holds("timestep_spacing") ? process.withSpacing(settings.choice("timestep_spacing", SPACINGS).apply(settings)) : process;
    }

    static Parameterization prediction(Settings settings, String... supported) {
        Map<String, Parameterization> known = new TreeMap<>();
        for (String name : supported) {
            known.put(name, PREDICTIONS.get(name));
        }
        return settings.choice("prediction_type", known);
    }

    /** {@code thresholding} before {@code clip_sample}, as in Diffusers. */
    static DataCorrection correction(Settings settings) {
        if (settings.flag("thresholding", false)) {
            return DataCorrection.dynamicThreshold(settings.number("dynamic_thresholding_ratio"), settings.number("sample_max_value"));
        }
        return clip(settings);
    }

    static DataCorrection clip(Settings settings) {
        return settings.flag("clip_sample", false) ? DataCorrection.clip(settings.number("clip_sample_range", 1)) : DataCorrection.NONE;
    }

    static List<NoiseLevel> at(DiscreteSchedule schedule, double[] timesteps) {
        List<NoiseLevel> levels = new ArrayList<>();
        for (double t : timesteps) {
            levels.add(schedule.at(t));
        }
        return levels;
    }
}
