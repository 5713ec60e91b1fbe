package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.ArrayScaling;

/**
 * The ancestral step of rectified flows: a deterministic step to {@code d = t' (1 + (t' / t - 1) eta)}, then scaling and noise back up
 * to t'. On the path {@code x = (1 - t) x0 + t eps}:
 * {@code keep = (1 - t') d / (1 - d)}, {@code fresh^2 = t'^2 - keep^2}. ComfyUI's and LTX-Video's Euler ancestral RF.
 *
 * @param eta the fraction of ancestral noise, 0 (deterministic) to 1
 */
public record RectifiedAncestral(double eta) implements Renoise {

    /** Checks the fraction. */
    public RectifiedAncestral {
        AncestralStep.checkEta(eta);
    }

    @Override
    public Split split(NoiseLevel from, NoiseLevel to) {
        double down = to.sigma() * (1 + (to.sigma() / from.sigma() - 1) * eta);
        double keep = eta == 0 ? to.sigma() : to.alpha() * down / (1 - down);
        double fresh = Math.sqrt(Math.max(0, (to.sigma() - keep) * (to.sigma() + keep)));
        return new Split(keep, fresh, ArrayScaling.NONE);
    }
}
