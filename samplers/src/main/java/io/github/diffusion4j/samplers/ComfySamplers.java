package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlus2sAncestral;
import io.github.diffusion4j.samplers.solvers.ErSde;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.samplers.solvers.HeunPlusPlus;
import io.github.diffusion4j.samplers.solvers.InFlowTime;
import io.github.diffusion4j.samplers.solvers.LinearMultistep;
import io.github.diffusion4j.samplers.solvers.Midpoint;
import io.github.diffusion4j.samplers.solvers.NoiseScaler;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.RectifiedAncestral;
import io.github.diffusion4j.samplers.solvers.ResMultistep;
import io.github.diffusion4j.samplers.solvers.SaSolver;
import io.github.diffusion4j.samplers.solvers.ScaledNoise;
import io.github.diffusion4j.samplers.solvers.Seeds;
import io.github.diffusion4j.samplers.solvers.SlopeWeights;
import io.github.diffusion4j.samplers.solvers.SolverType;
import io.github.diffusion4j.samplers.solvers.UniPc;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The samplers that ComfyUI adds to k-diffusion's, by the names of its functions, with its arguments and its numbers (commit of 2026-02-18). What k-diffusion has is {@link KDiffusion}'s. Churn leads no
 * flow beyond pure noise, where ComfyUI follows the path to times above 1.
 */
public final class ComfySamplers {

    /** Samplers that leave pure noise out in flows: a first level of 1 is one of 0.9999 there, in the arithmetic and for the network. */
    private static final Set<String> BEHIND_PURE_NOISE = Set.of("sample_er_sde", "sample_seeds_2", "sample_seeds_3", "sample_exp_heun_2_x0", "sample_exp_heun_2_x0_sde", "sample_sa_solver",
            "sample_sa_solver_pece", "sample_dpmpp_sde", "sample_dpmpp_2m_sde", "sample_dpmpp_3m_sde");
    private static final double BEGIN_OF_FLOW = 0.9999;
    private static final double END_OF_UNI_PC = 0.001;
    private static final int DEIS_POINTS = 10_000;

    private ComfySamplers() {}

    /**
     * The levels that a sampler makes of given ones.
     *
     * @param name the function
     * @param sigmas falling, sigma / alpha, or t of a flow
     * @param flow whether they are of a flow
     * @return the levels of its steps
     */
    public static double[] sigmas(String name, double[] sigmas, boolean flow) {
        double[] own = sigmas.clone();
        if (flow && BEHIND_PURE_NOISE.contains(name) && own[0] == 1) {
            own[0] = BEGIN_OF_FLOW;
        }
        if (name.startsWith("sample_uni") && own[own.length - 1] == 0) {
            own[own.length - 1] = END_OF_UNI_PC;
        }
        return own;
    }

    /**
     * A sampler.
     *
     * @param name the function, for instance {@code sample_er_sde}
     * @param words its words by name: {@code noise_scaler} (v, v^1.5, v^2; its default if absent), {@code solver_type}, {@code variant}
     * @param numbers its numbers by name, 1 for true, for instance {@code max_stage}, {@code s_noise}, {@code tau}, {@code tau_from}, {@code tau_to}
     * @param grid the run
     * @return the solver
     * @throws IllegalArgumentException if the name is not known
     */
    public static Solver solver(String name, Map<String, String> words, Map<String, Double> numbers, TimeGrid grid) {
        boolean flow = isFlow(grid);
        Coordinate coordinate = flow ? Coordinate.FLOW : Coordinate.EDM;
        Solver solver = switch (name) {
            case "sample_er_sde" -> new ErSde(KDiffusion.whole(numbers, "max_stage", 3), scaler(words), false, ErSde.COMFY_RECTANGLES);
            case "sample_res_multistep" -> res(0, flow);
            case "sample_res_multistep_ancestral" -> res(numbers.getOrDefault("eta", 1.0), flow);
            case "sample_gradient_estimation" -> multistep(2, coordinate, SlopeWeights.gradientEstimation(numbers.getOrDefault("ge_gamma", 2.0)));
            case "sample_ipndm" -> multistep(KDiffusion.whole(numbers, "max_order", 4), coordinate, SlopeWeights.EQUAL_STEPS);
            case "sample_ipndm_v" -> multistep(KDiffusion.whole(numbers, "max_order", 4), coordinate, SlopeWeights.IPNDM_V);
            case "sample_deis" -> multistep(KDiffusion.whole(numbers, "max_order", 3), coordinate, SlopeWeights.vpTime(DEIS_POINTS));
            case "sample_seeds_2" -> seeds(List.of(numbers.getOrDefault("r", 0.5)), words, "phi_1", numbers.getOrDefault("eta", 1.0));
            case "sample_seeds_3" -> new Seeds(List.of(numbers.getOrDefault("r_1", 1 / 3.0), numbers.getOrDefault("r_2", 2 / 3.0)), Seeds.Weights.SEEDS, numbers.getOrDefault("eta", 1.0));
            case "sample_exp_heun_2_x0" -> seeds(List.of(1.0), words, "phi_2", 0);
            case "sample_exp_heun_2_x0_sde" -> seeds(List.of(1.0), words, "phi_2", numbers.getOrDefault("eta", 1.0));
            case "sample_sa_solver" -> adams(numbers, grid, false);
            case "sample_sa_solver_pece" -> adams(numbers, grid, true);
            case "sample_heunpp2" -> heun(coordinate, numbers, grid);
            case "sample_unipc" -> new UniPc(Math.min(3, Math.max(1, grid.steps() - 1)), Prediction.DATA, UniPc.Variant.valueOf(words.getOrDefault("variant", "bh1").toUpperCase(java.util.Locale.ROOT)), true,
                    Set.of(), List.of());
            case "sample_ddpm" -> new FirstOrder(new Ancestral(1), true);
            case "sample_lcm" -> new FirstOrder(FullRenoise.STANDARD, true);
            case "sample_euler_ancestral" -> new FirstOrder(flow ? new RectifiedAncestral(numbers.getOrDefault("eta", 1.0)) : new Ancestral(numbers.getOrDefault("eta", 1.0)), true);
            case "sample_dpm_2_ancestral" -> new Midpoint(numbers.getOrDefault("eta", 1.0), coordinate);
            case "sample_dpmpp_2s_ancestral" -> new DpmPlusPlus2sAncestral(numbers.getOrDefault("eta", 1.0), flow);
            default -> KDiffusion.solver(name, words.getOrDefault("solver_type", "midpoint"), numbers, grid.steps());
        };
        return numbers.containsKey("s_noise") && !numbers.containsKey("s_churn") && !name.equals("sample_exp_heun_2_x0") ? new ScaledNoise(solver, numbers.get("s_noise")) : solver;
    }

    private static boolean isFlow(TimeGrid grid) {
        NoiseLevel from = grid.from(0);
        return Math.abs(from.alpha() + from.sigma() - 1) < 1e-9;
    }

    private static NoiseScaler scaler(Map<String, String> words) {
        String name = words.get("noise_scaler");
        if (name == null) {
            return NoiseScaler.ER_SDE_5;
        }
        if (!name.matches("v(\\^[0-9.]+)?")) {
            throw new IllegalArgumentException("unknown noise_scaler '" + name + "'; known are v and powers of it, v^1.5");
        }
        return new NoiseScaler.Power(name.equals("v") ? 1 : Double.parseDouble(name.substring(2)));
    }

    private static Solver res(double eta, boolean flow) {
        return flow ? new InFlowTime(new ResMultistep(eta, false)) : new ResMultistep(eta, false);
    }

    private static LinearMultistep multistep(int order, Coordinate coordinate, SlopeWeights weights) {
        return new LinearMultistep(order, coordinate, weights.endingPlain(), Convention.EXACT);
    }

    private static Seeds seeds(List<Double> nodes, Map<String, String> words, String absent, double eta) {
        String type = words.getOrDefault("solver_type", absent);
        return switch (type) {
            case "phi_1" -> new Seeds(nodes, Seeds.Weights.SEEDS, eta);
            case "phi_2" -> new Seeds(nodes, Seeds.Weights.RES, eta);
            default -> throw new IllegalArgumentException("unknown solver_type '" + type + "'; known are phi_1, phi_2");
        };
    }

    private static SaSolver adams(Map<String, Double> numbers, TimeGrid grid, boolean twice) {
        SaSolver.Tau tau = new SaSolver.Tau(numbers.getOrDefault("tau", 1.0), numbers.getOrDefault("tau_from", Double.NEGATIVE_INFINITY), numbers.getOrDefault("tau_to", Double.POSITIVE_INFINITY));
        boolean ends = grid.to(grid.steps() - 1).sigma() == 0;
        SolverType type = numbers.getOrDefault("simple_order_2", 0.0) == 1 ? SolverType.MIDPOINT : SolverType.HEUN;
        return new SaSolver(KDiffusion.whole(numbers, "predictor_order", 3), KDiffusion.whole(numbers, "corrector_order", 4), tau, Prediction.DATA, ends, Convention.K_DIFFUSION, type, twice);
    }

    private static Solver heun(Coordinate coordinate, Map<String, Double> numbers, TimeGrid grid) {
        NoiseLevel first = grid.from(0);
        double time = coordinate == Coordinate.FLOW ? first.sigma() / (first.alpha() + first.sigma()) : first.edmSigma();
        return KDiffusion.churned(new HeunPlusPlus(coordinate, time), numbers, grid.steps());
    }
}
