package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;

/** What the two schedulers of CogVideoX share: the shifted table and the grid. */
final class CogVideoX {

    private CogVideoX() {}

    /** Signal power {@code abar / (c + (1 - c) abar)}, then rescaled to zero terminal SNR on the signal power itself where asked for. */
    static DiscreteSchedule betas(Settings settings) {
        double c = settings.number("snr_shift_scale");
        DiscreteSchedule table = Parts.trainedBetas(settings);
        double[] shifted = Points.map(table.alphasCumprod(), a -> a / (c + (1 - c) * a));
        return table.withAlphasCumprod(settings.flag("rescale_betas_zero_snr") ? DiscreteSchedule.zeroTerminalSnr(shifted) : shifted);
    }

    static Parameterization prediction(Settings settings) {
        return Parts.prediction(settings, "epsilon", "sample", "v_prediction");
    }

    static TimeGrid grid(Settings settings, DiscreteSchedule schedule, int steps) {
        return Parts.strided(schedule, Points.singleStep(settings, steps, true), schedule.size() / steps, Parts.end(settings, schedule));
    }
}
