package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * DEIS in its log-rho form (Zhang and Chen, arXiv:2204.13902, equation 14 and section 3.3): with {@code rho = sigma / alpha}, the noise is
 * the polynomial in {@code ln rho} through the last estimates, integrated exactly,
 * <pre>
 *   x' = alpha' (x / alpha + sum_j e_j integral_rho^rho' L_j(ln r) dr)
 * </pre>
 * Any order is possible; the weights are computed without cancellation by phi functions.
 *
 * @param ramp the orders of the steps
 */
public record Deis(OrderRamp ramp) implements Solver {

    @Override
    public SolverTraits traits() {
        return new SolverTraits(ramp.order(), 0, 1, ramp.order() - 1, "Zhang and Chen, arXiv:2204.13902, equation 14").withColdOrderAtMost(2);
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        Stage stage = PureNoise.touches(grid, step) ? PureNoise.step(grid, step, 0) : Stage.of(from, next(grid, step));
        return List.of(stage.withRemember(Prediction.NOISE.remembered(from)));
    }

    private Combination next(TimeGrid grid, int step) {
        if (grid.still(step)) {
            return Combination.SAMPLE;
        }
        DpmTerms terms = DpmTerms.of(grid.from(step), grid.to(step), Prediction.NOISE, 0);
        History history = History.withSignal(grid, step, ramp.at(grid, step));
        return terms.from(false).withMemory(history.memory(Lagrange.weights(history.nodes(grid, 0), terms::moment)));
    }
}
