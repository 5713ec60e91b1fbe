package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DiscreteSchedule;

/** What the two schedulers of CogVideoX share: the process over the shifted table. */
final class CogVideoX {

    private CogVideoX() {}

    /** Signal-to-noise ratios divided by {@code snr_shift_scale}, then rescaled to zero terminal SNR on the signal power itself where asked for. */
    private static DiscreteSchedule betas(Settings settings) {
        DiscreteSchedule shifted = Parts.trainedBetas(settings).withSnrDivided(settings.number("snr_shift_scale"));
        return settings.flag("rescale_betas_zero_snr") ? shifted.withAlphasCumprod(DiscreteSchedule.zeroTerminalSnr(shifted.alphasCumprod())) : shifted;
    }

    static DiscreteProcess process(Settings settings) {
        return Parts.process(settings, betas(settings), "epsilon", "sample", "v_prediction");
    }
}
