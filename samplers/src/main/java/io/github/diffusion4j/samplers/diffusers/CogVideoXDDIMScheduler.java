package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;

/**
 * DDIM of CogVideoX and CogView3, over a table whose signal-to-noise ratio is divided by {@code snr_shift_scale}. As in Diffusers the argument eta and clipping have no
 * effect.
 */
public final class CogVideoXDDIMScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    CogVideoXDDIMScheduler(DiffusersConfig config) {
        super(config, CogVideoX.process(config.settings()));
    }

    @Override
    Composition compose(Settings run, int steps) {
        return composition(strided(steps), new FirstOrder(new Ancestral(0), false));
    }
}
