package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.guidance.Window;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.GradientEstimationPlusPlus;
import io.github.diffusion4j.samplers.solvers.PlusPlus2s;
import io.github.diffusion4j.samplers.solvers.PlusPlusMultistep;
import io.github.diffusion4j.samplers.solvers.ResMultistep;
import io.github.diffusion4j.samplers.solvers.ScaledNoise;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleFunction;

/**
 * The samplers of CFG++ (Chung et al., arXiv:2406.08070) by the names of ComfyUI ({@code euler_cfg_pp}) and of its authors ({@code dpm++_2m_cfg++}): a solver, and the guidance that goes with it.
 * Scales are those of CFG++, usually 0 to 1; ComfyUI's are the same, the web UI divides by 12.5.
 *
 * @param solver how steps are taken
 * @param guidance what each evaluation asks for
 */
public record CfgPlusPlus(Solver solver, Guidance guidance) {

    /** A name: the solver for an eta, and whether it renoises by itself or by a scale of guidance. */
    private record Named(DoubleFunction<Solver> solver, boolean byScale, double eta) {}

    private static final Map<String, Named> NAMES = new TreeMap<>(Map.of(
            "euler_cfg_pp", new Named(eta -> new FirstOrder(new Ancestral(0), true), true, 0),
            "euler_ancestral_cfg_pp", new Named(eta -> new FirstOrder(new Ancestral(eta), true), true, 1),
            "dpmpp_2m_cfg_pp", new Named(eta -> new PlusPlusMultistep(), false, 0),
            "dpmpp_2s_ancestral_cfg_pp", new Named(eta -> new PlusPlus2s(eta, Convention.K_DIFFUSION), false, 1),
            "res_multistep_cfg_pp", new Named(eta -> new ResMultistep(0, true), false, 0),
            "res_multistep_ancestral_cfg_pp", new Named(eta -> new ResMultistep(eta, true), false, 1),
            "gradient_estimation_cfg_pp", new Named(eta -> new GradientEstimationPlusPlus(2), false, 0),
            "euler_a_cfg++", new Named(eta -> new FirstOrder(new Ancestral(eta), true), true, 1),
            "dpm++_2m_cfg++", new Named(eta -> new PlusPlusMultistep(), false, 0),
            "dpm++_2s_a_cfg++", new Named(eta -> new PlusPlus2s(eta, Convention.EXACT), false, 1)));

    /**
     * A sampler.
     *
     * @param name the name
     * @param scale the scale of CFG++
     * @param arguments its numbers by name: {@code eta}, {@code s_noise}
     * @return solver and guidance
     * @throws IllegalArgumentException if the name is not known, with those that are
     */
    public static CfgPlusPlus of(String name, double scale, Map<String, Double> arguments) {
        Named named = NAMES.get(name);
        if (named == null) {
            throw new IllegalArgumentException("unknown sampler of CFG++ '" + name + "'; known are " + NAMES.keySet());
        }
        double eta = named.eta() == 0 ? 0 : arguments.getOrDefault("eta", named.eta());
        Solver solver = named.solver().apply(eta);
        double noise = arguments.getOrDefault("s_noise", 1.0);
        Guidance guidance = LinearGuidance.classifierFree(named.byScale() ? new Scale.PlusPlus(scale, eta) : Scale.of(scale), Window.ALWAYS);
        return new CfgPlusPlus(noise == 1 ? solver : new ScaledNoise(solver, noise), guidance);
    }

    /**
     * The run of another plan with this sampler.
     *
     * @param plan where the noise levels and the network's prediction come from
     * @return the plan
     */
    public Plan on(Plan plan) {
        return plan.with(solver).guided(guidance);
    }
}
