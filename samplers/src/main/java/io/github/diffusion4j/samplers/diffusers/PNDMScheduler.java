package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.samplers.solvers.Pndm;
import java.util.ArrayList;
import java.util.List;

/**
 * PNDM (Liu et al., arXiv:2202.09778), the default of Stable Diffusion 1: a Runge-Kutta start unless {@code skip_prk_steps}, then linear multistep. A run of n steps takes n + 1
 * evaluations without the start, n + 9 with it.
 */
public final class PNDMScheduler extends TableScheduler {

    private static final long serialVersionUID = 1;

    private static final int PRK_STEPS = 3;

    PNDMScheduler(DiffusersConfig config) {
        super(config, Parts.process(config.settings(), "epsilon", "v_prediction"));
    }

    @Override
    Composition compose(Settings run, int steps) {
        boolean skips = settings().flag("skip_prk_steps");
        TimeGrid strided = strided(steps);
        List<NoiseLevel> ends = new ArrayList<>(strided.ends());
        for (int i = 0; !skips && i < Math.min(PRK_STEPS, steps - 1); i++) {
            ends.set(i, strided.from(i + 1));
        }
        boolean velocity = settings().text("prediction_type").equals("v_prediction");
        return composition(new TimeGrid(strided.starts(), ends), new Pndm(schedule(), process().stride(steps), skips, velocity));
    }
}
