package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;
import java.util.Set;

/**
 * UniPC, a predictor and a corrector of any order that share one network evaluation (Zhao et al., arXiv:2302.04867, equations 3, 8 and 9). Both integrate the polynomial through the last estimates
 * m_j at distances r_j, in units of the step h from its start. With {@code z = -h}, {@code carry = sigma' / sigma} and {@code scale = alpha'} for data, {@code z = h}, {@code carry = alpha' / alpha} and
 * {@code scale = sigma'} for noise,
 * <pre>
 *   x' = carry x + sum_j w_j m_j,   sum_j w_j r_j^k = -scale k! z phi_(k+1)(z),   k = 0, 1, ... below the number of estimates
 * </pre>
 * The corrector adds the estimate at the predicted point (r = 1), reusing the evaluation of the next step; it raises the order by one, of any predictor of one evaluation for each step.
 *
 * <p>The paper's function B(z) drops out of its equations but where there are two estimates, of which it has {@code sum_j w_j r_j = -scale B(z) / 2}.
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
        BH2,
        /** None: the exact integral of two estimates too, {@code B(z) = 2 z phi_2(z)}. Without corrector an exponential Adams-Bashforth method of any order. */
        EXACT
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
        boolean corrects = History.follows(grid, step) && !disabledCorrectors.contains(step - 1);
        Stage stage = Stage.of(from, next(grid, step)).withRemember(prediction.remembered(from));
        return List.of(stage.withAnchor(corrects ? step(grid, step - 1, 1) : Combination.SAMPLE));
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
        return step(grid, step, 0);
    }

    /** The update from the anchor, with the estimate at the step's end, which then is the newest memory, or without. */
    private Combination step(TimeGrid grid, int step, int atEnd) {
        DpmTerms terms = DpmTerms.of(grid.from(step), grid.to(step), prediction, 0);
        History history = history(grid, step);
        double[] nodes = history.nodes(grid, atEnd);
        double slope = nodes.length == 2 && variant != Variant.EXACT ? terms.factor() * b(terms.z()) / 2 : terms.moment(1);
        return Combination.ZERO.withAnchor(terms.sample()).withMemory(history.memory(terms.weights(nodes, slope)));
    }

    private double b(double z) {
        return variant == Variant.BH1 ? z : Math.expm1(z);
    }
}
