package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.ArrayScaling;
import io.github.diffusion4j.core.plan.LearnedVariance;

/**
 * The noise of DDPM's reverse step (Ho et al., arXiv:2006.11239, equation 7; Nichol and Dhariwal, arXiv:2102.09672,
 * equation 15). With {@code beta = 1 - alpha^2 / alpha'^2} between the two levels:
 * <pre>
 *   keep = (alpha / alpha') sigma'^2 / sigma
 *   fresh^2 = sigma'^2 / sigma^2 beta  (small),  beta  (large),  or learned
 * </pre>
 * Only the small variance satisfies {@code keep^2 + fresh^2 = sigma'^2}; the others are exact for other data.
 *
 * <p>A step to clean data adds no noise. Diffusers adds some there unless the step starts at timestep 0, and floors
 * the posterior variance at 1e-20; {@code asDiffusers} reproduces both.
 *
 * @param type the variance
 * @param asDiffusers whether to add noise where Diffusers does
 */
public record Posterior(VarianceType type, boolean asDiffusers) implements Renoise {

    private static final double FLOOR = 1e-20;

    @Override
    public String citation() {
        return "Ho et al., arXiv:2006.11239, equation 7";
    }

    @Override
    public Split split(NoiseLevel from, NoiseLevel to) {
        double ratio = from.alpha() / to.alpha();
        double relative = ratio * to.sigma() / from.sigma();
        if (relative > 1) {
            throw new IllegalArgumentException("DDPM's reverse step cannot go towards the noise: from " + from + " to " + to);
        }
        double keep = ratio * to.sigma() * to.sigma() / from.sigma();
        double large = (1 - ratio) * (1 + ratio);
        double small = to.sigma() * to.sigma() * (1 - relative) * (1 + relative);
        if (asDiffusers) {
            small = Math.max(small, FLOOR);
        }
        boolean adds = asDiffusers ? from.time() > 0 : to.sigma() > 0;
        return switch (type) {
            case FIXED_SMALL, FIXED_SMALL_LOG -> new Split(keep, adds ? Math.sqrt(small) : 0, ArrayScaling.NONE);
            case FIXED_LARGE, FIXED_LARGE_LOG -> new Split(keep, adds ? Math.sqrt(large) : 0, ArrayScaling.NONE);
            case LEARNED -> new Split(keep, adds ? 1 : 0, new LearnedVariance.Direct());
            case LEARNED_RANGE -> new Split(keep, adds ? 1 : 0,
                    new LearnedVariance.Range(Math.log(Math.max(small, FLOOR)), Math.log(Math.max(large, FLOOR))));
        };
    }
}
