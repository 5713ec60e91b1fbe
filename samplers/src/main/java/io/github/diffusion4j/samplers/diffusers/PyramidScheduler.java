package io.github.diffusion4j.samplers.diffusers;

import java.util.Arrays;

/** Flow schedulers whose runs cross one stage of a pyramid: the times of the stage for the network, noise levels from almost 1 to 0 within it. */
abstract class PyramidScheduler extends FlowScheduler {

    private static final long serialVersionUID = 1;

    /** Noise levels of a stage start here. */
    private static final double FIRST = 0.999;

    PyramidScheduler(DiffusersConfig config) {
        super(config);
        new PyramidStages(settings());
    }

    @Override
    Composition compose(Settings run, int steps) {
        if (!run.has("stage_index")) {
            return super.compose(run, steps);
        }
        run.refuse("mu", "with stage_index, whose times are those of the stage", "leave it out");
        int stage = run.integer("stage_index");
        PyramidStages pyramid = new PyramidStages(settings());
        if (stage < 0 || stage >= pyramid.count()) {
            throw new IllegalArgumentException("stage_index of " + name() + " must lie in 0 to " + (pyramid.count() - 1) + ", got " + stage);
        }
        double[] sigmas = run.has("sigmas") ? run.numbers("sigmas") : Arrays.copyOf(Points.linspace(FIRST, 0, steps + 1), steps);
        return over(run, sigmas, pyramid.times(stage, sigmas.length), 0);
    }
}
