package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.Combination;

/**
 * Weights of CFG++ solvers, which are written in {@code y = x / alpha} and {@code s = sigma / alpha}: D is the guided estimate of the data, U the one without guidance, with which they renoise
 * (Chung et al., arXiv:2406.08070). Without guidance U is D.
 */
final class PlusPlus {

    private PlusPlus() {}

    /** {@code y' = sample y + data D + base U}. */
    static Combination of(NoiseLevel from, NoiseLevel to, double sample, double data, double base) {
        double alpha = to.alpha();
        return Combination.ZERO.withSample(alpha / from.alpha() * sample).withData(alpha * data).withBase(alpha * base);
    }

    /** The step of first order, {@code y' = D + down (y - U) / s + up z}. */
    static Combination first(NoiseLevel from, NoiseLevel to, AncestralStep target) {
        double keep = target.down() / from.edmSigma();
        return of(from, to, keep, 1, -keep).withNoise(to.alpha() * target.up());
    }
}
