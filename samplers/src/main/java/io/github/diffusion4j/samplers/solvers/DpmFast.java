package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * DPM-Solver-fast (Lu et al., arXiv:2206.00927, section 3.3): third-order steps, and lower orders at the end so that a given number of evaluations is spent. The grid should be uniform in
 * half log-SNR. With eta above 0 each step goes to its ancestral target, but not beyond the end of the run, and noise leads back up (k-diffusion).
 *
 * @param orders the order of each step of the grid, 1 to 3
 * @param eta the fraction of ancestral noise, 0 (deterministic) to 1
 */
public record DpmFast(List<Integer> orders, double eta) implements Solver {

    /** Checks the orders. */
    public DpmFast {
        orders = List.copyOf(orders);
        if (orders.isEmpty() || orders.stream().anyMatch(order -> order < 1 || order > 3)) {
            throw new IllegalArgumentException("each step needs an order of 1 to 3, got " + orders);
        }
    }

    /**
     * The orders that spend a number of evaluations; there are {@code n / 3 + 1} steps.
     *
     * @param evaluations the number n of network evaluations, at least 1
     * @return the orders
     */
    public static List<Integer> ordersFor(int evaluations) {
        if (evaluations < 1) {
            throw new IllegalArgumentException("a run needs at least one evaluation, got " + evaluations);
        }
        int steps = evaluations / 3 + 1;
        boolean whole = evaluations % 3 == 0;
        List<Integer> orders = new ArrayList<>(Collections.nCopies(whole ? steps - 2 : steps - 1, 3));
        orders.addAll(whole ? List.of(2, 1) : List.of(evaluations % 3));
        return orders;
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(eta == 0 ? 3 : 1, eta == 0 ? 0 : 1, 3, 0, "Lu et al., arXiv:2206.00927, section 3.3").withNoisyEnd();
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        if (grid.steps() != orders.size()) {
            throw new IllegalArgumentException("orders were given for " + orders.size() + " steps, the grid has " + grid.steps());
        }
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        return ancestral(from, to, grid.to(grid.steps() - 1).edmSigma(), eta).stages(grid.curve(), orders.get(step), 0.5);
    }

    /** A step to its ancestral target, but not below the end of the run; without noise simply to its end, in either direction. */
    static NestedDpm ancestral(NoiseLevel from, NoiseLevel to, double end, double eta) {
        if (eta == 0) {
            return new NestedDpm(from, to.edmSigma(), to, 0);
        }
        double target = Math.max(end, AncestralStep.of(from.edmSigma(), to.edmSigma(), eta).down());
        double up = Math.sqrt(Math.max(0, (to.edmSigma() - target) * (to.edmSigma() + target)));
        return new NestedDpm(from, target, to, to.alpha() * up);
    }
}
