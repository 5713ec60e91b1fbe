package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Stage;

/**
 * Steps from pure noise or to it (alpha 0), where half log-SNR is infinite and higher orders have no limit. The first order has one, in every coordinate:
 * <pre>
 *   x' = alpha' x0^ + keep (x - alpha x0^) / sigma + fresh z
 * </pre>
 * with the split of {@link Ancestral}; from pure noise without fresh noise {@code x' = alpha' x0^ + (sigma' / sigma) x}. It asks for the estimate of the data, which velocity, flow and
 * data prediction know at alpha 0 and epsilon prediction does not.
 */
final class PureNoise {

    private PureNoise() {}

    /** Whether a step starts at pure noise or ends there. */
    static boolean touches(TimeGrid grid, int step) {
        return grid.from(step).alpha() == 0 || grid.to(step).alpha() == 0;
    }

    /** The step of first order, with a fraction eta of ancestral noise; the sample itself where the step has no length. */
    static Stage step(TimeGrid grid, int step, double eta) {
        return grid.still(step) ? Stage.of(grid.from(step), Combination.SAMPLE) : new FirstOrder(new Ancestral(eta), true).stages(grid, step).get(0);
    }

    /** The same for a solver whose step starts from the anchor, as a combination. */
    static Combination fromAnchor(TimeGrid grid, int step, double eta) {
        Combination next = step(grid, step, eta).next();
        return next.withSample(0).withAnchor(next.sample());
    }
}
