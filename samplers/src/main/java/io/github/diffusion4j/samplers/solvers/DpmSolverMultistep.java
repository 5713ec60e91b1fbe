package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * DPM-Solver and DPM-Solver++ multistep, order 1 to 3, as ODE (eta 0) or SDE (eta 1) (Lu et al., arXiv:2211.01095, algorithms
 * 2 to 4; arXiv:2206.00927). The derivatives in {@link DpmTerms} come from differences of remembered estimates m0, m1, m2 at
 * half log-SNR distances h, h0, h1 (newest first):
 * <pre>
 *   order 2   h D' = (m0 - m1) h / h0
 *   order 3   d10 = (m0 - m1) h / h0, d11 = (m1 - m2) h / h1
 *             h D' = d10 + (d10 - d11) h0 / (h0 + h1),  h^2 D'' = 2 (d10 - d11) h / (h0 + h1)
 * </pre>
 *
 * <p>Erratum: the published code of order 3 (dpm-solver, k-diffusion's 3M, Diffusers) lacks the factor 2 in {@code D''} and is of
 * order 2. Diffusers' {@code sde-dpmsolver++} of order 3 also has 1/2 with the wrong sign in the weight of {@code D''}, which makes its
 * weak order 1. {@link Convention#DIFFUSERS} reproduces both, {@link Convention#K_DIFFUSION} the first.
 *
 * @param ramp the orders of the steps, at most 3
 * @param prediction DATA for DPM-Solver++, NOISE for DPM-Solver
 * @param type the weight of the second-order term at order 2
 * @param eta 0 for the ODE, 1 for the reverse SDE
 * @param convention whose third order
 */
public record DpmSolverMultistep(OrderRamp ramp, Prediction prediction, SolverType type, double eta, Convention convention) implements Solver {

    /** Checks order and eta. */
    public DpmSolverMultistep {
        if (ramp.order() > 3) {
            throw new IllegalArgumentException("DPM-Solver has orders 1 to 3, got " + ramp.order());
        }
        if (!(eta >= 0 && Double.isFinite(eta))) {
            throw new IllegalArgumentException("eta must be at least 0 and finite, got " + eta);
        }
    }

    /**
     * DPM-Solver++ as an ODE, exact.
     *
     * @param order 1 to 3
     * @return the solver
     */
    public static DpmSolverMultistep plusPlus(int order) {
        return new DpmSolverMultistep(OrderRamp.of(order), Prediction.DATA, SolverType.MIDPOINT, 0, Convention.EXACT);
    }

    /**
     * DPM-Solver++ as the reverse SDE, exact.
     *
     * @param order 1 to 3
     * @return the solver
     */
    public static DpmSolverMultistep sde(int order) {
        return new DpmSolverMultistep(OrderRamp.of(order), Prediction.DATA, SolverType.MIDPOINT, 1, Convention.EXACT);
    }

    @Override
    public SolverTraits traits() {
        int reached = convention != Convention.EXACT ? Math.min(2, ramp.order()) : ramp.order();
        int weak = convention == Convention.DIFFUSERS && ramp.order() == 3 ? 1 : Math.min(2, ramp.order());
        return new SolverTraits(eta == 0 ? reached : weak, eta == 0 ? 0 : weak, 1, ramp.order() - 1, "Lu et al., arXiv:2211.01095, algorithms 2 to 4").withColdOrderAtMost(2);
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        Stage stage = PureNoise.touches(grid, step) ? PureNoise.step(grid, step, eta > 0 ? 1 : 0) : Stage.of(from, next(grid, step));
        return List.of(stage.withRemember(prediction.remembered(from)));
    }

    /** An estimate at pure noise lies infinitely far away; it counts as one, but differences to it have no weight. */
    private Combination next(TimeGrid grid, int step) {
        DpmTerms terms = DpmTerms.of(grid.from(step), grid.to(step), prediction, eta);
        int order = ramp.at(grid, step);
        int estimates = History.of(grid, step, grid.history(step) + 1, order, level -> true).size();
        double slope = estimates == 2 ? type.slope(terms) : terms.moment(1);
        History history = History.withSignal(grid, step, order);
        double[] weights = Lagrange.weights(history.nodes(grid, 0), degree -> degree == 0 ? terms.value() : degree == 1 ? slope : second(terms));
        return terms.from(false).withMemory(history.memory(weights));
    }

    /** The second moment, twice the weight of {@code h^2 D''}. */
    private double second(DpmTerms terms) {
        if (convention == Convention.EXACT) {
            return terms.moment(2);
        }
        if (convention == Convention.K_DIFFUSION || eta == 0) {
            return terms.moment(2) / 2;
        }
        if (prediction == Prediction.NOISE) {
            throw new IllegalArgumentException("Diffusers has no third order for sde-dpmsolver; use order 2");
        }
        return terms.moment(2) / 2 + terms.factor();
    }
}
