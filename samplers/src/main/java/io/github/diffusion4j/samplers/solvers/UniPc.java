package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;

/**
 * UniPC, a predictor and a corrector of any order that share one network evaluation (Zhao et al., arXiv:2302.04867, equations 3, 8
 * and 9). With {@code z = -h} for data and {@code z = h} for noise, r_k the distances of earlier estimates in units of h, and B(z) = z (bh1)
 * or e^z - 1 (bh2), the weights rho solve
 * <pre>
 *   sum_k rho_k r_k^(j-1) = j! z phi_(j+1)(z) / B(z),   j = 1, 2, ...
 *   x' = carry x - scale (z phi1(z) m0 + B(z) sum_k rho_k (m_k - m0) / r_k)
 * </pre>
 * The corrector adds the estimate at the predicted point (r = 1), reusing the evaluation of the next step; it raises the order by one.
 *
 * @param order the order of the predictor, 1 to 16
 * @param prediction DATA or NOISE
 * @param variant the function B
 * @param lowerOrderFinal whether the order falls in the last steps, so that no step looks beyond the end
 * @param disabledCorrectors the steps whose end is not corrected
 * @param predictor a solver of one evaluation per step that predicts instead, on the uncorrected estimates; empty for UniP
 */
public record UniPc(int order, Prediction prediction, Variant variant, boolean lowerOrderFinal, Set<Integer> disabledCorrectors,
        List<Solver> predictor) implements Solver {

    private static final long serialVersionUID = 1;

    /** The function B(z). */
    public enum Variant {
        /** {@code B(z) = z}. */
        BH1,
        /** {@code B(z) = e^z - 1}. */
        BH2
    }

    /** Checks the order. */
    public UniPc {
        disabledCorrectors = Set.copyOf(disabledCorrectors);
        predictor = List.copyOf(predictor);
        if (predictor.size() > 1) {
            throw new IllegalArgumentException("there is at most one other predictor, got " + predictor);
        }
        History.checkOrder("order", order, 1);
    }

    /**
     * UniPC on data, bh2, with the corrector everywhere.
     *
     * @param order the order of the predictor
     * @return the solver
     */
    public static UniPc of(int order) {
        return new UniPc(order, Prediction.DATA, Variant.BH2, true, Set.of(), List.of());
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(order + 1, 0, 1, order, "Zhao et al., arXiv:2302.04867, equations 8 and 9").withColdOrderAtMost(3);
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        boolean corrects = grid.history(step) > 0 && !disabledCorrectors.contains(step - 1) && !grid.still(step - 1) && !PureNoise.touches(grid, step - 1);
        Stage stage = Stage.of(from, next(grid, step)).withRemember(prediction.remembered(from));
        return List.of(stage.withAnchor(corrects ? corrected(grid, step - 1) : Combination.SAMPLE));
    }

    /** The estimates that a step uses. */
    private History history(TimeGrid grid, int step) {
        int limit = lowerOrderFinal ? Math.min(order, grid.steps() - step) : order;
        return History.withSignal(grid, step, grid.to(step).sigma() == 0 ? 1 : limit);
    }

    private Combination next(TimeGrid grid, int step) {
        if (!predictor.isEmpty()) {
            Combination given = predictor.get(0).stages(grid, step).get(0).next();
            return given.withSample(0).withAnchor(given.anchor() + given.sample());
        }
        if (grid.still(step)) {
            return Combination.ANCHOR;
        }
        if (PureNoise.touches(grid, step)) {
            return PureNoise.fromAnchor(grid, step, 0);
        }
        History history = history(grid, step);
        double[] nodes = nodes(grid, step, history);
        double[] rho = history.size() == 2 ? new double[] {0.5} : rho(nodes, z(grid, step));
        return step(grid, step, history, rho, new double[0]);
    }

    /** The end of a step, from its start (the anchor) with the estimate at its end, which is the newest memory. */
    private Combination corrected(TimeGrid grid, int step) {
        History history = history(grid, step);
        int k = history.size();
        double[] nodes = Arrays.copyOf(nodes(grid, step, history), k);
        nodes[k - 1] = 1;
        double[] rho = k == 1 ? new double[] {0.5} : rho(nodes, z(grid, step));
        return step(grid, step, history, rho, new double[] {rho[k - 1]});
    }

    private double z(TimeGrid grid, int step) {
        return prediction == Prediction.DATA ? -grid.h(step) : grid.h(step);
    }

    /** Where the estimates before the newest lie, in units of the step from its start. */
    private static double[] nodes(TimeGrid grid, int step, History history) {
        double[] all = history.map(i -> (grid.from(i).lambda() - grid.from(step).lambda()) / grid.h(step));
        return Arrays.copyOfRange(all, 1, all.length);
    }

    private double b(double z) {
        return variant == Variant.BH1 ? z : Math.expm1(z);
    }

    private double[] rho(double[] nodes, double z) {
        return Lagrange.weights(nodes, j -> Phi.factorial(j + 1) * z * Phi.of(j + 2, z) / b(z));
    }

    /** The update from the anchor; {@code atEnd} holds the weight of the estimate at the end, which then is the newest memory. */
    private Combination step(TimeGrid grid, int step, History history, double[] rho, double[] atEnd) {
        NoiseLevel to = grid.to(step);
        DpmTerms terms = DpmTerms.of(grid.from(step), to, prediction, 0);
        double[] nodes = nodes(grid, step, history);
        double scale = prediction == Prediction.DATA ? to.alpha() : to.sigma();
        double factor = nodes.length + atEnd.length == 0 ? 0 : -scale * b(z(grid, step));
        double[] weights = new double[1 + nodes.length];
        for (int k = 0; k < nodes.length; k++) {
            weights[1 + k] = factor * rho[k] / nodes[k];
        }
        double fromEnd = atEnd.length == 0 ? 0 : factor * atEnd[0];
        weights[0] = terms.value() - Arrays.stream(weights).sum() - fromEnd;
        double[] memory = DoubleStream.concat(Arrays.stream(atEnd).map(w -> fromEnd), Arrays.stream(history.memory(weights))).toArray();
        return Combination.ZERO.withAnchor(terms.sample()).withMemory(memory);
    }
}
