package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * DPM-Solver and DPM-Solver++ singlestep, spread over the steps of a grid (Lu et al., arXiv:2206.00927, algorithms 1 and 2;
 * arXiv:2211.01095, algorithm 1). A block of p steps starts anew: its k-th step goes from the start of the block to the k-th
 * grid point with order k. With h the half log-SNR distance from the start of the block, h_k that of the k-th estimate,
 * <pre>
 *   order 2   h D' = (m1 - m0) h / h1
 *   order 3   midpoint  h D' = (m2 - m0) h / h2
 *             heun      the line through both differences, and h^2 D''
 * </pre>
 *
 * <p>Erratum: Diffusers' {@code sde-dpmsolver++} of order 3, type heun, has 1/2 with the wrong sign in the weight of {@code D''};
 * {@link Convention#DIFFUSERS} reproduces it.
 *
 * @param orders the order of each step of the whole grid; where the run lacks the history, less, and 1 for a step to clean data
 * @param prediction DATA for DPM-Solver++, NOISE for DPM-Solver
 * @param type the weight of the differences
 * @param eta 0 for the ODE, 1 for the reverse SDE
 * @param convention whose third order
 */
public record DpmSolverSinglestep(List<Integer> orders, Prediction prediction, SolverType type, double eta, Convention convention)
        implements Solver {

    /** Checks the orders. */
    public DpmSolverSinglestep {
        orders = List.copyOf(orders);
        if (orders.isEmpty() || orders.stream().anyMatch(order -> order < 1 || order > 3)) {
            throw new IllegalArgumentException("each step needs an order of 1 to 3, got " + orders);
        }
    }

    @Override
    public SolverTraits traits() {
        int order = orders.stream().mapToInt(Integer::intValue).max().orElseThrow();
        int weak = Math.min(2, order);
        return new SolverTraits(eta == 0 ? order : weak, eta == 0 ? 0 : weak, 1, order - 1, "Lu et al., arXiv:2206.00927, algorithms 1 and 2");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        if (grid.steps() != orders.size()) {
            throw new IllegalArgumentException("orders were given for " + orders.size() + " steps, the grid has " + grid.steps());
        }
        int wanted = grid.to(step).sigma() == 0 ? 1 : Math.min(orders.get(step), grid.history(step) + 1);
        History block = History.of(grid, step, wanted, wanted, level -> level.alpha() > 0);
        NoiseLevel start = grid.from(block.size() == 0 ? step : block.steps()[block.size() - 1]);
        Stage stage = PureNoise.touches(grid, step) ? PureNoise.step(grid, step, eta > 0 ? 1 : 0) : Stage.of(grid.from(step), next(grid, step, block, start));
        Stage remembering = stage.withRemember(prediction.remembered(grid.from(step))).withInterval(start, grid.to(step));
        return List.of(block.size() > 1 ? remembering : remembering.withAnchor(Combination.SAMPLE));
    }

    private Combination next(TimeGrid grid, int step, History block, NoiseLevel start) {
        NoiseLevel to = grid.to(step);
        DpmTerms terms = DpmTerms.of(start, to, prediction, eta);
        double h = to.lambda() - start.lambda();
        double slope = block.size() == 2 ? type.slope(terms) : terms.moment(1);
        double second = terms.moment(2) + (convention == Convention.DIFFUSERS && eta > 0 ? -2 * to.alpha() : 0);
        History used = block.size() == 3 && type == SolverType.MIDPOINT ? block.ends() : block;
        double[] weights = Lagrange.weights(used.map(i -> (grid.from(i).lambda() - start.lambda()) / h), degree -> degree == 0 ? terms.value() : degree == 1 ? slope : second);
        return terms.from(block.size() > 1).withMemory(used.memory(weights));
    }
}
