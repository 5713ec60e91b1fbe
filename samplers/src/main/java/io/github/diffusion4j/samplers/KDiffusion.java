package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Churn;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.DpmFast;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlus2sAncestral;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlusSde;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.LinearMultistep;
import io.github.diffusion4j.samplers.solvers.Midpoint;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.ScaledNoise;
import io.github.diffusion4j.samplers.solvers.SolverType;
import java.util.Map;

/**
 * The samplers of k-diffusion by their names, with its arguments and its numbers (commit 4601bf0). All run on variance-exploding levels and add churn before the network is evaluated.
 */
public final class KDiffusion {

    private static final int LMS_ORDER = 4;

    private KDiffusion() {}

    /**
     * A sampler.
     *
     * @param name the function, for instance {@code sample_dpmpp_2m_sde}
     * @param type {@code midpoint} or {@code heun}; read by {@code sample_dpmpp_2m_sde}
     * @param arguments its numbers by name, for instance {@code eta}, {@code s_noise}, {@code s_churn}, {@code order}, {@code r}
     * @param steps the number of steps of the run; for {@code sample_dpm_fast} the number of evaluations
     * @return the solver
     * @throws IllegalArgumentException if the name is not known, or an argument means nothing
     */
    public static Solver solver(String name, String type, Map<String, Double> arguments, int steps) {
        double eta = arguments.getOrDefault("eta", 1.0);
        Solver solver = switch (name) {
            case "sample_euler" -> churned(new FirstOrder(new Ancestral(0), true), arguments, steps);
            case "sample_heun" -> churned(new Heun(Coordinate.EDM), arguments, steps);
            case "sample_dpm_2" -> churned(new Midpoint(0), arguments, steps);
            case "sample_euler_ancestral" -> new FirstOrder(new Ancestral(eta), true);
            case "sample_dpm_2_ancestral" -> new Midpoint(eta);
            case "sample_lms" -> new LinearMultistep(whole(arguments, "order", LMS_ORDER), Coordinate.EDM, Convention.EXACT);
            case "sample_dpmpp_2s_ancestral" -> new DpmPlusPlus2sAncestral(eta);
            case "sample_dpmpp_sde" -> new DpmPlusPlusSde(arguments.getOrDefault("r", 0.5), eta, 1);
            case "sample_dpmpp_2m" -> DpmSolverMultistep.plusPlus(2);
            case "sample_dpmpp_2m_sde" -> multistep(2, solverType(type), eta);
            case "sample_dpmpp_3m_sde" -> multistep(3, SolverType.HEUN, eta);
            case "sample_dpm_fast" -> new DpmFast(DpmFast.ordersFor(steps), arguments.getOrDefault("eta", 0.0));
            default -> throw new IllegalArgumentException("unknown k-diffusion sampler '" + name + "'");
        };
        boolean scaled = !(solver instanceof Churn) && arguments.containsKey("s_noise");
        return scaled ? new ScaledNoise(solver, arguments.get("s_noise")) : solver;
    }

    /**
     * The adaptive sampler, {@code sample_dpm_adaptive}.
     *
     * @param arguments its numbers by name: order, rtol, atol, h_init, pcoeff, icoeff, dcoeff, accept_safety, eta
     * @return the sampler
     */
    public static AdaptiveSampling adaptive(Map<String, Double> arguments) {
        AdaptiveSampling base = AdaptiveSampling.DEFAULT;
        AdaptiveSampling.Control control = new AdaptiveSampling.Control(arguments.getOrDefault("pcoeff", base.control().p()),
                arguments.getOrDefault("icoeff", base.control().i()), arguments.getOrDefault("dcoeff", base.control().d()));
        return new AdaptiveSampling(whole(arguments, "order", base.order()), arguments.getOrDefault("rtol", base.rtol()),
                arguments.getOrDefault("atol", base.atol()), arguments.getOrDefault("h_init", base.firstStep()), control,
                arguments.getOrDefault("accept_safety", base.acceptSafety()), arguments.getOrDefault("eta", base.eta()));
    }

    /** An argument that counts something. */
    static int whole(Map<String, Double> arguments, String key, int absent) {
        double value = arguments.getOrDefault(key, (double) absent);
        if (value != (int) value) {
            throw new IllegalArgumentException(key + " must be an integer, got " + value);
        }
        return (int) value;
    }

    static Solver churned(Solver inner, Map<String, Double> arguments, int steps) {
        double gamma = Math.min(arguments.getOrDefault("s_churn", 0.0) / steps, Math.sqrt(2) - 1);
        return new Churn(inner, gamma, arguments.getOrDefault("s_tmin", 0.0), arguments.getOrDefault("s_tmax", Double.POSITIVE_INFINITY),
                arguments.getOrDefault("s_noise", 1.0));
    }

    private static Solver multistep(int order, SolverType type, double eta) {
        return new DpmSolverMultistep(OrderRamp.of(order), Prediction.DATA, type, eta, Convention.K_DIFFUSION);
    }

    private static SolverType solverType(String name) {
        return switch (name) {
            case "midpoint" -> SolverType.MIDPOINT;
            case "heun" -> SolverType.HEUN;
            default -> throw new IllegalArgumentException("unknown solver_type '" + name + "'; known are heun, midpoint");
        };
    }
}
