package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;

/** What the two schedulers of CogVideoX share: the shifted table and the grid. */
final class CogVideoX {

    private CogVideoX() {}

    /** Signal-to-noise ratios divided by {@code snr_shift_scale}, then rescaled to zero terminal SNR on the signal power itself where asked for. */
    static DiscreteSchedule betas(Settings settings) {
        DiscreteSchedule shifted = Parts.trainedBetas(settings).withSnrDivided(settings.number("snr_shift_scale"));
        return settings.flag("rescale_betas_zero_snr") ? shifted.withAlphasCumprod(DiscreteSchedule.zeroTerminalSnr(shifted.alphasCumprod())) : shifted;
    }

    static Parameterization prediction(Settings settings) {
        return Parts.prediction(settings, "epsilon", "sample", "v_prediction");
    }

    static TimeGrid grid(Settings settings, DiscreteSchedule schedule, int steps) {
        return Parts.strided(schedule, Points.singleStep(settings, steps, true), schedule.size() / steps, Parts.end(settings, schedule));
    }
}
