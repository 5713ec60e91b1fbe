package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * The first-order family: one network evaluation, then
 * <pre>
 *   x' = alpha' x0^ + keep eps^ + fresh z
 * </pre>
 * DDIM, Euler, DDPM and Euler ancestral are choices of {@link Renoise}. Source: Song et al., arXiv:2010.02502, equation 12.
 *
 * @param renoise how much noise is kept and how much is fresh
 * @param impliedNoise whether eps^ is the noise that the corrected data estimate implies, {@code (x - alpha x0^) / sigma}
 *     (DDPM; Diffusers' {@code use_clipped_model_output}), rather than the network's own estimate
 */
public record FirstOrder(Renoise renoise, boolean impliedNoise) implements Solver {

    @Override
    public SolverTraits traits() {
        return new SolverTraits(renoise.order(), renoise.stochastic() ? 1 : 0, 1, 0, renoise.citation());
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        Renoise.Split split = renoise.split(from, to);
        Combination next = Combination.ZERO.withNoise(split.fresh());
        if (impliedNoise) {
            double perSigma = split.keep() / from.sigma();
            next = next.withSample(perSigma).withData(to.alpha() - perSigma * from.alpha());
        } else {
            next = next.withData(to.alpha()).withEpsilon(split.keep());
        }
        return List.of(Stage.of(from, next).withScaling(split.scaling()));
    }
}
