package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * DPM-Solver-v3 (Zheng et al., arXiv:2310.13268, equations 5, 9 and 12, algorithm 2), multistep: what is linear in the sample is solved exactly, with statistics of the network instead of the constants of
 * data and noise prediction, and the polynomial goes through what is left, relative to its size. With {@code y = x / alpha}, the network's {@code sigma eps^ / alpha = l y + f}, {@code L = integral l dlambda}
 * and {@code g = e^(-S) f},
 * <pre>
 *   dy/dlambda = -(l y + f),   f = (1 - l) y - x0^
 *   x' = alpha' (e^(L - L') y - sum_j g_j integral_lambda^lambda' e^(L(u) - L' + S(u)) l_j(u) du),   l_j the Lagrange polynomials of the last half log-SNRs
 * </pre>
 * The corrector repeats a step with the estimate at its end, which the next step needs anyway. {@code l = 1} with constant S is DPM-Solver++ with exact weights, {@code l = 0} with {@code S = -lambda} DPM-Solver;
 * where eps^ is linear in x, a step of any length is exact.
 *
 * <p>The paper's b, an offset for each element, is 0 here, and l and S are numbers for a level, not arrays: a step is a combination of arrays by numbers. Without b the least squares s of the paper is
 * {@code S' = d ln rms f / dlambda}.
 *
 * @param order the number of estimates that a step uses, 1 to 16; 2 and 3 are published
 * @param statistics of the network and its guidance
 * @param corrects whether steps are corrected, which raises the order by one
 */
public record DpmSolverV3(int order, ModelStatistics statistics, boolean corrects) implements Solver {

    /** Checks the order. */
    public DpmSolverV3 {
        History.checkOrder("order", order, 1);
    }

    @Override
    public SolverTraits traits() {
        int more = corrects ? 1 : 0;
        return new SolverTraits(order + more, 0, 1, order - 1 + more, "Zheng et al., arXiv:2310.13268, algorithm 2").withColdOrderAtMost(2 + more);
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        boolean repeats = corrects && History.follows(grid, step) && from.sigma() > 0;
        boolean first = PureNoise.touches(grid, step) || grid.still(step) || grid.to(step).sigma() == 0;
        Stage stage = Stage.of(from, first ? PureNoise.fromAnchor(grid, step, 0) : step(grid, step, 0));
        return List.of(stage.withRemember(remembered(from)).withAnchor(repeats ? step(grid, step - 1, 1) : Combination.SAMPLE));
    }

    /** {@code e^(-S) f}; what is remembered of pure noise is never read. */
    private Combination remembered(NoiseLevel level) {
        if (level.alpha() == 0 || level.sigma() == 0) {
            return Combination.ZERO.withData(1);
        }
        double size = Math.exp(-statistics.logSize(level.lambda()));
        return Combination.ZERO.withSample(size * (1 - statistics.linear(level.lambda())) / level.alpha()).withData(-size);
    }

    /** The update from the anchor, with the estimate at the step's end, which then is the newest memory, or without. */
    private Combination step(TimeGrid grid, int step, int atEnd) {
        NoiseLevel to = grid.to(step);
        double start = grid.from(step).lambda();
        double end = to.lambda();
        History history = History.withSignal(grid, step, order);
        double[] weights = Lagrange.weights(history.nodes(grid, atEnd), degree -> -to.alpha()
                * statistics.integral(start, end, u -> Math.exp(statistics.logSize(u) - statistics.decay(u, end)) * Math.pow((u - start) / (end - start), degree)));
        return Combination.ZERO.withAnchor(to.alpha() / grid.from(step).alpha() * Math.exp(-statistics.decay(start, end))).withMemory(history.memory(weights));
    }
}
