package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * DPM-Solver of order 1 to 3 with all evaluations inside each step, to the step's ancestral target (Lu et al., arXiv:2206.00927, algorithms 1 and 2): the trial steps of adaptive sampling.
 *
 * @param order 1 to 3
 * @param r where the inner evaluation of order 2 lies
 * @param end the level sigma / alpha below which no step goes
 * @param eta the fraction of ancestral noise
 */
public record NestedStep(int order, double r, double end, double eta) implements Solver {

    /** Checks the order. */
    public NestedStep {
        if (order < 1 || order > 3) {
            throw new IllegalArgumentException("the order must lie in 1 to 3, got " + order);
        }
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(order, eta == 0 ? 0 : 1, order, 0, "Lu et al., arXiv:2206.00927, algorithms 1 and 2").withNoisyEnd();
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        return DpmFast.ancestral(grid.from(step), grid.to(step), end, eta).stages(grid.curve(), order, r);
    }
}
