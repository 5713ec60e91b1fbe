package io.github.diffusion4j.samplers.names;

import static java.util.Map.entry;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.KDiffusion;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlus2sAncestral;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.ErSde;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.HeunPlusPlus;
import io.github.diffusion4j.samplers.solvers.InFlowTime;
import io.github.diffusion4j.samplers.solvers.LinearMultistep;
import io.github.diffusion4j.samplers.solvers.Midpoint;
import io.github.diffusion4j.samplers.solvers.NoiseScaler;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import io.github.diffusion4j.samplers.solvers.Posterior;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.RectifiedAncestral;
import io.github.diffusion4j.samplers.solvers.ResMultistep;
import io.github.diffusion4j.samplers.solvers.SaSolver;
import io.github.diffusion4j.samplers.solvers.Seeds;
import io.github.diffusion4j.samplers.solvers.SlopeWeights;
import io.github.diffusion4j.samplers.solvers.SolverType;
import io.github.diffusion4j.samplers.solvers.UniPc;
import io.github.diffusion4j.samplers.solvers.VarianceType;
import io.github.diffusion4j.schedules.ComfySchedule;
import io.github.diffusion4j.schedules.PublishedSigmas;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.SigmaRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Samplers by the names people use. All doors lead to the same solvers:
 *
 * <pre>{@code
 *   Scheduler a = Names.diffusers("DPM++ 2M Karras").on(schedule);
 *   Scheduler b = Names.comfy("dpmpp_2m", "karras").on(schedule);
 *   Scheduler c = Names.a1111("DPM++ 2M Karras").on(schedule);
 * }</pre>
 *
 * <p>A run starts from noise of the standard deviation {@code sqrt(1 + sigma^2)} in k-diffusion's coordinate, as in ComfyUI; the web UI takes sigma, 0.2% less for
 * Stable Diffusion.
 */
public final class Names {

    private static final String IN_LOG_SNR = "on flow networks ComfyUI steps in ln t, here in log SNR as its SDE samplers and Diffusers do";
    private static final String PATH = "the original draws its noise from a Brownian path";

    private static final Map<String, Door> COMFY = Map.ofEntries(
            entry("euler", recorded(first(0))),
            entry("ddim", recorded(first(0))),
            entry("euler_ancestral", flowing(first(1), new FirstOrder(new RectifiedAncestral(1), true))),
            entry("heun", flowing(new Heun(Coordinate.EDM), new Heun(Coordinate.FLOW))),
            entry("dpm_2", flowing(new Midpoint(0), new Midpoint(0, Coordinate.FLOW)).shortened()),
            entry("dpm_2_ancestral", flowing(new Midpoint(1), new Midpoint(1, Coordinate.FLOW)).shortened()),
            entry("lms", flowing(lms(Coordinate.EDM), lms(Coordinate.FLOW))),
            entry("dpmpp_2s_ancestral", flowing(new DpmPlusPlus2sAncestral(1), new DpmPlusPlus2sAncestral(1, true))),
            entry("dpmpp_sde", door("sample_dpmpp_sde").with(PATH).onSignal()),
            entry("dpmpp_2m", door("sample_dpmpp_2m").with(IN_LOG_SNR).onSignal()),
            entry("dpmpp_2m_sde", door("sample_dpmpp_2m_sde").with(PATH).onSignal()),
            entry("dpmpp_2m_sde_heun", recorded(KDiffusion.solver("sample_dpmpp_2m_sde", "heun", Map.of(), 1)).with(PATH).onSignal()),
            entry("dpmpp_3m_sde", door("sample_dpmpp_3m_sde").with(PATH).onSignal()),
            entry("ddpm", recorded(new FirstOrder(new Posterior(VarianceType.FIXED_SMALL, false), true))),
            entry("lcm", recorded(new FirstOrder(FullRenoise.STANDARD, true))),
            entry("ipndm", slopes(4, SlopeWeights.EQUAL_STEPS)),
            entry("ipndm_v", slopes(4, SlopeWeights.IPNDM_V)),
            entry("deis", slopes(3, SlopeWeights.vpTime(0)).with("integrals, where ComfyUI sums 10,000 points")),
            entry("gradient_estimation", slopes(2, SlopeWeights.gradientEstimation(2))),
            entry("heunpp2", flowing(new HeunPlusPlus(Coordinate.EDM, 0), new HeunPlusPlus(Coordinate.FLOW, 0))),
            entry("er_sde", recorded(new ErSde(3, NoiseScaler.ER_SDE_5, false, ErSde.COMFY_RECTANGLES)).onSignal()),
            entry("res_multistep", flowing(new ResMultistep(0, false), new InFlowTime(new ResMultistep(0, false)))),
            entry("res_multistep_ancestral", recorded(new ResMultistep(1, false)).with("on flow networks ComfyUI adds too much noise, which does not converge; here noise is split in sigma / alpha").onSignal()),
            entry("seeds_2", recorded(new Seeds(List.of(0.5), Seeds.Weights.SEEDS, 1)).onSignal()),
            entry("seeds_3", recorded(new Seeds(List.of(1 / 3.0, 2 / 3.0), Seeds.Weights.SEEDS, 1)).onSignal()),
            entry("exp_heun_2_x0", recorded(Seeds.res2(1)).onSignal()),
            entry("exp_heun_2_x0_sde", recorded(new Seeds(List.of(1.0), Seeds.Weights.RES, 1)).onSignal()),
            entry("res_2s", formula(Seeds.res2(0.5)).onSignal()),
            entry("res_3s", formula(Seeds.res3(0.5, 1)).onSignal()),
            entry("res_2m", related(new DpmSolverMultistep(OrderRamp.of(2), Prediction.DATA, SolverType.HEUN, 0, Convention.EXACT), "by one evaluation in every step, where RES4LYF takes two in long ones")),
            entry("res_3m", related(DpmSolverMultistep.plusPlus(3), "by one evaluation in every step and of order 3, where RES4LYF takes three in long ones")),
            entry("uni_pc", related(uniPc(UniPc.Variant.BH1), "the last step goes to clean data, where ComfyUI stops at sigma 0.001").shortened()),
            entry("uni_pc_bh2", related(uniPc(UniPc.Variant.BH2), "the last step goes to clean data, where ComfyUI stops at sigma 0.001").shortened()),
            entry("sa_solver", related(adams(false), "noise in all steps, where ComfyUI adds none in the first and last fifth")),
            entry("sa_solver_pece", related(adams(true), "noise in all steps, where ComfyUI adds none in the first and last fifth")));

    /** The samplers of the web UI: ComfyUI's name, and the schedule that "Automatic" stands for. */
    private static final Map<String, String[]> WEB_UI = Map.ofEntries(
            entry("Euler", of("euler", "Uniform")), entry("Euler a", of("euler_ancestral", "Uniform")), entry("Heun", of("heun", "Uniform")),
            entry("LMS", of("lms", "Uniform")), entry("DPM2", of("dpm_2", "Karras")), entry("DPM2 a", of("dpm_2_ancestral", "Karras")),
            entry("DPM++ 2S a", of("dpmpp_2s_ancestral", "Karras")), entry("DPM++ SDE", of("dpmpp_sde", "Karras")), entry("DPM++ 2M", of("dpmpp_2m", "Karras")),
            entry("DPM++ 2M SDE", of("dpmpp_2m_sde", "Exponential")), entry("DPM++ 2M SDE Heun", of("dpmpp_2m_sde_heun", "Exponential")),
            entry("DPM++ 3M SDE", of("dpmpp_3m_sde", "Exponential")), entry("LCM", of("lcm", "Uniform")), entry("UniPC", of("uni_pc", "Uniform")),
            entry("DDIM", of("ddim", "DDIM")));

    /** The schedule types of the web UI. */
    private static final Map<String, SigmaRule> SCHEDULE_TYPES = Map.ofEntries(
            entry("Uniform", ComfySchedule.NORMAL), entry("Normal", ComfySchedule.NORMAL), entry("Karras", ComfySchedule.KARRAS),
            entry("Exponential", ComfySchedule.EXPONENTIAL), entry("Polyexponential", ComfySchedule.EXPONENTIAL), entry("SGM Uniform", ComfySchedule.SGM_UNIFORM),
            entry("Simple", ComfySchedule.SIMPLE), entry("DDIM", ComfySchedule.DDIM_UNIFORM), entry("KL Optimal", ComfySchedule.KL_OPTIMAL), entry("Beta", SigmaRule.ramp(SigmaRamp.beta(0.6, 0.6))),
            entry("Align Your Steps", new PublishedSigmas("AYS-WEBUI/SD1", PublishedSigmas.End.APPENDED)));

    /** Classes of which there is no recorded run. */
    private static final Set<String> NEVER_RECORDED = Set.of("ConsistencyDecoderScheduler", "HeliosDMDScheduler", "HeliosScheduler", "MiniMaxH3Scheduler",
            "ScoreSdeVpScheduler");

    /** Diffusers' documentation of what the web UI's names are there: class, and a setting beyond the schedule. */
    private static final Map<String, String[]> DIFFUSERS = Map.ofEntries(
            entry("Euler", of("EulerDiscreteScheduler")), entry("Euler a", of("EulerAncestralDiscreteScheduler")), entry("Heun", of("HeunDiscreteScheduler")),
            entry("LMS", of("LMSDiscreteScheduler")), entry("DPM2", of("KDPM2DiscreteScheduler")), entry("DPM2 a", of("KDPM2AncestralDiscreteScheduler")),
            entry("DPM++ 2M", of("DPMSolverMultistepScheduler")), entry("DPM++ 2M SDE", of("DPMSolverMultistepScheduler", "algorithm_type", "sde-dpmsolver++")),
            entry("DPM++ SDE", of("DPMSolverSDEScheduler")), entry("DPM++ 2S a", of("DPMSolverSinglestepScheduler")), entry("DDIM", of("DDIMScheduler")),
            entry("DEIS", of("DEISMultistepScheduler")), entry("UniPC", of("UniPCMultistepScheduler")), entry("LCM", of("LCMScheduler")),
            entry("PLMS", of("PNDMScheduler")));

    /** The settings of Diffusers' classes that the schedules are, by the names of the web UI. */
    private static final Map<String, Map<String, Object>> DIFFUSERS_SCHEDULES = Map.of("Karras", Map.of("use_karras_sigmas", true),
            "SGM Uniform", Map.of("timestep_spacing", "trailing"), "Simple", Map.of("timestep_spacing", "trailing"),
            "Exponential", Map.of("timestep_spacing", "linspace", "use_exponential_sigmas", true), "Beta", Map.of("timestep_spacing", "linspace", "use_beta_sigmas", true));

    /** A sampler of ComfyUI: what a step is, whether it needs signal to start from, and whether the last sigma before the end is left out. */
    private record Door(Solver solver, Solver onFlow, Parity parity, String remark, boolean needsSignal, boolean withoutLast) {
        Door with(String more) {
            return new Door(solver, onFlow, parity, more, needsSignal, withoutLast);
        }

        Door onSignal() {
            return new Door(solver, onFlow, parity, remark, true, withoutLast);
        }

        Door shortened() {
            return new Door(solver, onFlow, parity, remark, needsSignal, true);
        }
    }

    private Names() {}

    /**
     * A class of Diffusers, or what its documentation gives for a name of the web UI.
     *
     * @param name for instance {@code UniPCMultistepScheduler} or {@code DPM++ 2M SDE Karras}
     * @return the sampler; its config is the class's default with the settings of the name
     * @throws IllegalArgumentException if the name is not known, with those that are
     */
    public static DiffusersSampler diffusers(String name) {
        if (DiffusersConfig.classNames().contains(name)) {
            return new DiffusersSampler(name, DiffusersConfig.of(name), NEVER_RECORDED.contains(name) ? Parity.FORMULA : Parity.RECORDED, "");
        }
        String sampler = longestPrefix(name, DIFFUSERS.keySet(), DIFFUSERS_SCHEDULES.keySet());
        String[] words = DIFFUSERS.get(sampler);
        DiffusersConfig config = DiffusersConfig.of(words[0]);
        if (words.length > 1) {
            config = config.with(words[1], words[2]);
        }
        if (!sampler.equals(name)) {
            for (Map.Entry<String, Object> setting : DIFFUSERS_SCHEDULES.get(name.substring(sampler.length() + 1)).entrySet()) {
                config = config.with(setting.getKey(), setting.getValue());
            }
        }
        boolean relative = sampler.equals("DPM++ 2S a");
        return new DiffusersSampler(name, config, relative ? Parity.RELATED : Parity.RECORDED, relative ? "Diffusers has the sampler without ancestral noise" : "");
    }

    /**
     * A sampler and a scheduler of ComfyUI.
     *
     * @param sampler its {@code sampler_name}, for instance {@code dpmpp_2m}; the suffix {@code _gpu} changes nothing
     * @param scheduler its {@code scheduler}, for instance {@code karras}
     * @return the sampler
     * @throws IllegalArgumentException if a name is not known, with those that are
     */
    public static SigmaSampler comfy(String sampler, String scheduler) {
        return sampler(sampler + " " + scheduler, sampler.endsWith("_gpu") ? sampler.substring(0, sampler.length() - "_gpu".length()) : sampler,
                ComfySchedule.of(scheduler), false);
    }

    /**
     * A sampler of the Stable Diffusion web UI, with the schedule type as suffix or without, which means "Automatic".
     *
     * @param name for instance {@code DPM++ 2M SDE Karras} or {@code Euler a}
     * @return the sampler
     * @throws IllegalArgumentException if the name is not known, with those that are
     */
    public static SigmaSampler a1111(String name) {
        String sampler = longestPrefix(name, WEB_UI.keySet(), SCHEDULE_TYPES.keySet());
        String[] words = WEB_UI.get(sampler);
        String type = sampler.equals(name) ? words[1] : name.substring(sampler.length() + 1);
        return sampler(name, words[0], SCHEDULE_TYPES.get(type), sampler.equals("DPM++ 3M SDE"));
    }

    private static SigmaSampler sampler(String name, String comfy, SigmaRule rule, boolean withoutLast) {
        if (comfy.equals("dpm_fast") || comfy.equals("dpm_adaptive")) {
            throw new IllegalArgumentException(comfy + " chooses its own steps: use KDiffusion.solver(\"sample_dpm_fast\", ...) or KDiffusion.adaptive(...)");
        }
        Door door = COMFY.get(comfy);
        if (door == null) {
            throw Spelling.unknown("ComfyUI sampler", comfy, new TreeSet<>(COMFY.keySet()));
        }
        SigmaRule sigmas = door.withoutLast() || withoutLast ? rule.withoutLastBeforeEnd() : rule;
        return new SigmaSampler(name, new SigmaSampler.Steps(door.solver(), sigmas),
                new SigmaSampler.Steps(door.onFlow(), door.needsSignal() ? sigmas.offPureNoise() : sigmas), door.parity(), door.remark());
    }

    /** The sampler a name begins with, such that nothing or the name of a schedule follows. */
    private static String longestPrefix(String name, Set<String> samplers, Set<String> schedules) {
        return samplers.stream().filter(sampler -> name.equals(sampler) || name.startsWith(sampler + " ") && schedules.contains(name.substring(sampler.length() + 1)))
                .findFirst().orElseThrow(() -> new IllegalArgumentException("unknown sampler '" + name + "'; nearest are " + String.join(", ", nearest(name, samplers, schedules)) + "; known are "
                        + new TreeSet<>(samplers) + ", each alone or followed by one of " + new TreeSet<>(schedules)));
    }

    private static List<String> nearest(String name, Set<String> samplers, Set<String> schedules) {
        return Spelling.nearest(name, new TreeSet<>(samplers).stream().flatMap(sampler -> Stream.concat(Stream.of(sampler), new TreeSet<>(schedules).stream().map(schedule -> sampler + " " + schedule))).toList(),
                Spelling.OFFERED);
    }

    /**
     * ComfyUI's samplers that have a counterpart here.
     *
     * @return the names, sorted, with parity and remark
     */
    public static Map<String, String> comfySamplers() {
        Map<String, String> samplers = new TreeMap<>();
        COMFY.forEach((name, door) -> samplers.put(name, door.parity() + (door.remark().isEmpty() ? "" : ": " + door.remark())));
        return samplers;
    }

    /**
     * The web UI's samplers that have a counterpart here.
     *
     * @return the names, sorted, with ComfyUI's name for the same
     */
    public static Map<String, String> a1111Samplers() {
        Map<String, String> samplers = new TreeMap<>();
        WEB_UI.forEach((name, words) -> samplers.put(name, words[0]));
        return samplers;
    }

    /** A sampler of k-diffusion with its defaults. */
    private static Door door(String kDiffusion) {
        return recorded(KDiffusion.solver(kDiffusion, "midpoint", Map.of(), 1));
    }

    private static Door recorded(Solver solver) {
        return flowing(solver, solver);
    }

    /** With another solver on flows. */
    private static Door flowing(Solver solver, Solver onFlow) {
        return new Door(solver, onFlow, Parity.RECORDED, "", false, false);
    }

    private static Door formula(Solver solver) {
        return new Door(solver, solver, Parity.FORMULA, "", false, false);
    }

    private static Door related(Solver solver, String remark) {
        return new Door(solver, solver, Parity.RELATED, remark, true, false);
    }

    private static Door slopes(int order, SlopeWeights weights) {
        return flowing(new LinearMultistep(order, Coordinate.EDM, weights.endingPlain(), Convention.EXACT), new LinearMultistep(order, Coordinate.FLOW, weights.endingPlain(), Convention.EXACT));
    }

    private static SaSolver adams(boolean twice) {
        return new SaSolver(3, 4, SaSolver.Tau.constant(1), Prediction.DATA, true, Convention.K_DIFFUSION, SolverType.HEUN, twice);
    }

    private static FirstOrder first(double eta) {
        return new FirstOrder(new Ancestral(eta), true);
    }

    private static LinearMultistep lms(Coordinate coordinate) {
        return new LinearMultistep(4, coordinate, Convention.EXACT);
    }

    private static UniPc uniPc(UniPc.Variant variant) {
        return new UniPc(3, Prediction.DATA, variant, true, Set.of(), List.of());
    }

    private static String[] of(String... words) {
        return words;
    }
}
