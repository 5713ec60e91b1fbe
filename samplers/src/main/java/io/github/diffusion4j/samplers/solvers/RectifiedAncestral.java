package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.ArrayScaling;

/**
 * The ancestral step of rectified flows: a deterministic step to {@code d = t' (1 + (t' / t - 1) eta)}, then scaling and noise back up
 * to t'. On the path {@code x = (1 - t) x0 + t eps}:
 * {@code keep = (1 - t') d / (1 - d)}, {@code fresh^2 = t'^2 - keep^2}. ComfyUI's and LTX-Video's Euler ancestral RF. On other paths the same step in the
 * flow's coordinate, {@code x / (alpha + sigma)} at {@code t = sigma / (alpha + sigma)}.
 *
 * @param eta the fraction of ancestral noise, 0 (deterministic) to 1
 */
public record RectifiedAncestral(double eta) implements Renoise {

    /** Checks the fraction. */
    public RectifiedAncestral {
        AncestralStep.checkEta(eta);
    }

    @Override
    public String citation() {
        return "ComfyUI and LTX-Video, Euler ancestral RF";
    }

    @Override
    public Split split(NoiseLevel from, NoiseLevel to) {
        double scale = to.alpha() + to.sigma();
        double t = to.sigma() / scale;
        double down = AncestralStep.rectifiedTime(from, to, eta);
        double keep = eta == 0 ? t : (1 - t) * down / (1 - down);
        double fresh = Math.sqrt(Math.max(0, (t - keep) * (t + keep)));
        return new Split(scale * keep, scale * fresh, ArrayScaling.NONE);
    }
}
