package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.SolverType;
import java.io.Serializable;
import java.util.Map;

/**
 * The keys by which configs choose a DPM-Solver.
 *
 * @param order 1 to 3; Diffusers treats higher ones as 3
 * @param algorithm what is integrated
 * @param type how the second-order term is weighted
 */
record DpmOptions(int order, Algorithm algorithm, SolverType type) implements Serializable {

    /** Below this number of steps {@code lower_order_final} takes effect in Diffusers' multistep solvers. */
    static final int FEW_STEPS = 15;

    private static final Map<String, Algorithm> ALGORITHMS = Map.of(
            "dpmsolver", new Algorithm(Prediction.NOISE, 0), "dpmsolver++", new Algorithm(Prediction.DATA, 0),
            "sde-dpmsolver", new Algorithm(Prediction.NOISE, 1), "sde-dpmsolver++", new Algorithm(Prediction.DATA, 1));

    /**
     * A value of {@code algorithm_type}.
     *
     * @param prediction what the solver takes for a polynomial
     * @param eta 0 for the ODE, 1 for the SDE
     */
    record Algorithm(Prediction prediction, double eta) implements Serializable {}

    static DpmOptions of(Settings settings) {
        Algorithm algorithm = settings.holds("algorithm_type") ? settings.choice("algorithm_type", ALGORITHMS) : ALGORITHMS.get("sde-dpmsolver++");
        int order = settings.integer("solver_order");
        if (order < 1) {
            throw new IllegalArgumentException("solver_order must be at least 1, got " + order);
        }
        return new DpmOptions(Math.min(3, order), algorithm, settings.choice("solver_type", Map.of("midpoint", SolverType.MIDPOINT, "heun", SolverType.HEUN)));
    }

    /** The multistep solver of a run, with Diffusers' rules for the last steps. */
    DpmSolverMultistep multistep(Settings settings, int steps) {
        boolean lower = settings.flag("lower_order_final") && steps < FEW_STEPS;
        return new DpmSolverMultistep(new OrderRamp(order, lower || settings.flag("euler_at_final"), lower), algorithm.prediction(), type, algorithm.eta(),
                Convention.DIFFUSERS);
    }

    /** Refuses what Diffusers refuses: noise prediction cannot reach sigma 0. */
    void checkEnd(String name, boolean zero) {
        if (zero && algorithm.prediction() == Prediction.NOISE) {
            throw new IllegalArgumentException("algorithm_type dpmsolver and sde-dpmsolver of " + name + " cannot step to sigma 0; "
                    + "use final_sigmas_type sigma_min, or dpmsolver++");
        }
    }
}
