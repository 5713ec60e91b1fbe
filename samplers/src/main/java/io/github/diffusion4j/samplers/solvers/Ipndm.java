package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.Arrays;
import java.util.List;

/**
 * Diffusers' iPNDM: Adams-Bashforth weights of equal steps, order 1 to 4 as history grows, on the noise estimates, then DDIM's transfer
 * (Zhang and Chen, arXiv:2204.13902, appendix; v-diffusion):
 * <pre>
 *   e* = sum_j w_j e_j,   x' = (alpha' / alpha) (x - sigma e*) + sigma' e*
 * </pre>
 * Steps are not equal in the coordinate that is integrated, so the order of convergence is 2, on smooth grids, and not 4.
 *
 * <p>At pure noise (alpha 0) the data is not known from e*. Diffusers divides by max(alpha, 1e-8) and so takes it for 0 there;
 * {@link LinearMultistep#ipndm} uses the network's own estimate.
 */
public record Ipndm() implements Solver {

    private static final double FLOOR = 1e-8;

    @Override
    public SolverTraits traits() {
        return new SolverTraits(2, 0, 1, 3, "Zhang and Chen, arXiv:2204.13902, appendix H");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        double carry = to.alpha() / Math.max(from.alpha(), FLOOR);
        double factor = to.sigma() - carry * from.sigma();
        double[] weights = Arrays.stream(AdamsBashforth.weights(grid.history(step) + 1)).map(w -> w * factor).toArray();
        Combination next = Combination.ZERO.withSample(carry).withMemory(weights);
        return List.of(Stage.of(from, next).withRemember(Combination.ZERO.withEpsilon(1)));
    }
}
