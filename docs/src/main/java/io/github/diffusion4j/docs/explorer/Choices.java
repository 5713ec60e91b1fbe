package io.github.diffusion4j.docs.explorer;

import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.Deis;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlus2sAncestral;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlusSde;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.ErSde;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.LinearMultistep;
import io.github.diffusion4j.samplers.solvers.Midpoint;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import io.github.diffusion4j.samplers.solvers.Posterior;
import io.github.diffusion4j.samplers.solvers.RectifiedAncestral;
import io.github.diffusion4j.samplers.solvers.UniPc;
import io.github.diffusion4j.samplers.solvers.VarianceType;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.CosineSchedule;
import io.github.diffusion4j.schedules.DynamicShift;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.GeometricSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import io.github.diffusion4j.schedules.Timesteps;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.VarianceExploding;
import io.github.diffusion4j.schedules.VarianceSde;
import io.github.diffusion4j.schedules.draws.LevelDraws;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** What the explorer offers, and the gallery draws. A test holds every Java text and every config to the value beside it. */
public final class Choices {

    /** What the network outputs. */
    public static final List<Choice<Parameterization>> PREDICTIONS = List.of(
            new Choice<>("epsilon", "epsilon", "Parameterization.epsilon()", Map.of("prediction_type", "epsilon"), Parameterization.epsilon()),
            new Choice<>("v", "v", "Parameterization.velocity()", Map.of("prediction_type", "v_prediction"), Parameterization.velocity()),
            new Choice<>("x0", "x0", "Parameterization.sample()", Map.of("prediction_type", "sample"), Parameterization.sample()),
            new Choice<>("flow", "flow", "Parameterization.flow()", Map.of(), Parameterization.flow()));

    /** The forward processes. */
    public static final List<Choice<NoiseSchedule>> SCHEDULES = List.of(
            new Choice<>("sd", "scaled_linear (Stable Diffusion)", "BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012)",
                    Map.of("beta_schedule", "scaled_linear", "beta_start", 0.00085, "beta_end", 0.012), BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012)),
            new Choice<>("zsnr", "scaled_linear, zero terminal SNR", "BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012).withZeroTerminalSnr()",
                    Map.of("beta_schedule", "scaled_linear", "beta_start", 0.00085, "beta_end", 0.012, "rescale_betas_zero_snr", true),
                    BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012).withZeroTerminalSnr()),
            new Choice<>("linear", "linear (DDPM)", "BetaSchedule.LINEAR.schedule(1000)", Map.of("beta_schedule", "linear"), BetaSchedule.LINEAR.schedule(1000)),
            new Choice<>("cosine", "squaredcos_cap_v2", "BetaSchedule.SQUARED_COSINE.schedule(1000)", Map.of("beta_schedule", "squaredcos_cap_v2"),
                    BetaSchedule.SQUARED_COSINE.schedule(1000)),
            new Choice<>("sigmoid", "sigmoid", "BetaSchedule.SIGMOID.schedule(1000)", Map.of("beta_schedule", "sigmoid"), BetaSchedule.SIGMOID.schedule(1000)),
            new Choice<>("laplace", "laplace", "BetaSchedule.LAPLACE.schedule(1000)", Map.of("beta_schedule", "laplace"), BetaSchedule.LAPLACE.schedule(1000)),
            new Choice<>("exp", "exp", "BetaSchedule.EXPONENTIAL.schedule(1000)", Map.of("beta_schedule", "exp"), BetaSchedule.EXPONENTIAL.schedule(1000)),
            new Choice<>("snrshift", "scaled_linear, SNR divided by 3 (CogVideoX)", "BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012).withSnrDivided(3)", null,
                    BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012).withSnrDivided(3)),
            new Choice<>("flow", "flow matching", "new Flow(1000)", Map.of("num_train_timesteps", 1000), new Flow(1000)),
            new Choice<>("edm", "EDM", "new EdmSchedule(0.002, 80)", Map.of("sigma_min", 0.002, "sigma_max", 80.0), new EdmSchedule(0.002, 80)),
            new Choice<>("vpsde", "VP-SDE", "new VarianceSde(0.1, 20)", null, new VarianceSde(0.1, 20)),
            new Choice<>("ve", "VE-SDE", "new GeometricSchedule(0.01, 1348)", null, new GeometricSchedule(0.01, 1348)),
            new Choice<>("vetable", "scaled_linear as x0 + sigma eps", "VarianceExploding.of(BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012))", null,
                    VarianceExploding.of(BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012))),
            new Choice<>("cosinetime", "continuous cosine (Wuerstchen)", "new CosineSchedule(1, 0.008)", null, new CosineSchedule(1, 0.008)),
            new Choice<>("trig", "TrigFlow", "new TrigSchedule(1)", null, new TrigSchedule(1)));

    /** Where the steps start. */
    public static final List<Choice<Function<Selection, Spacing>>> SPACINGS = List.of(
            new Choice<>("trailing", "trailing", "Timesteps.trailing()", Map.of("timestep_spacing", "trailing"), s -> Timesteps.trailing()),
            new Choice<>("leading", "leading, offset 1", "Timesteps.leading(1)", Map.of("timestep_spacing", "leading", "steps_offset", 1), s -> Timesteps.leading(1)),
            new Choice<>("linspace", "linspace", "Timesteps.linspace()", Map.of("timestep_spacing", "linspace"), s -> Timesteps.linspace()),
            new Choice<>("karras", "Karras", "Sigmas.ramp(SigmaRamp.karras(7))", Map.of("use_karras_sigmas", true), s -> Sigmas.ramp(SigmaRamp.karras(7))),
            new Choice<>("exponential", "exponential (equal steps of log SNR)", "Sigmas.ramp(SigmaRamp.exponential())", Map.of("use_exponential_sigmas", true),
                    s -> Sigmas.ramp(SigmaRamp.exponential())),
            new Choice<>("beta", "beta", "Sigmas.ramp(SigmaRamp.beta(0.6, 0.6))", Map.of("use_beta_sigmas", true), s -> Sigmas.ramp(SigmaRamp.beta(0.6, 0.6))),
            new Choice<>("polyexponential", "polyexponential", "Sigmas.ramp(SigmaRamp.polyexponential(2))", null, s -> Sigmas.ramp(SigmaRamp.polyexponential(2))),
            new Choice<>("kl", "KL optimal", "Sigmas.ramp(SigmaRamp.klOptimal())", null, s -> Sigmas.ramp(SigmaRamp.klOptimal())),
            new Choice<>("laplace", "Laplace", "Sigmas.ramp(SigmaRamp.laplace(0, 0.5))", null, s -> Sigmas.ramp(SigmaRamp.laplace(0, 0.5))),
            new Choice<>("logsnr", "equal steps of log SNR, -4 to 7", "Sigmas.logSnr(3.5, -2)", null, s -> Sigmas.logSnr(3.5, -2)),
            new Choice<>("far", "one step to sigma 80, then equal steps of log SNR", "Sigmas.fromNoisiest(Sigmas.ramp(SigmaRamp.exponential(), 80, 0.02))", null,
                    s -> Sigmas.fromNoisiest(Sigmas.ramp(SigmaRamp.exponential(), 80, 0.02))),
            new Choice<>("fitted", "fitted to the network of pictures", "EmojiGrid.load()", null, s -> EmojiGrid.load()),
            new Choice<>("logitnormal", "logit-normal (Ideogram)", "Sigmas.quantiles(LevelDraws.normal(0.5 * Math.log(TOKENS / 1024.0), 1.75))", null,
                    s -> Sigmas.quantiles(LevelDraws.normal(0.5 * Math.log(s.tokens() / 1024.0), 1.75))),
            new Choice<>("time", "equal steps of time", "Sigmas.time()", null, s -> Sigmas.time()),
            new Choice<>("shift", "flow shift", "Sigmas.shiftedFlow(SHIFT)", Map.of("shift", "SHIFT"), s -> Sigmas.shiftedFlow(s.shift())),
            new Choice<>("dynamic", "flow shift by image size (FLUX)", "Sigmas.shiftedFlow(Math.exp(DynamicShift.linear(TOKENS, 256, 4096, 0.5, 1.15)))",
                    Map.of("use_dynamic_shifting", true), s -> Sigmas.shiftedFlow(Math.exp(DynamicShift.linear(s.tokens(), 256, 4096, 0.5, 1.15)))));

    /** How steps are taken; the classes of Diffusers for tables of betas, flows and EDM follow in {@link #CLASSES}. */
    public static final List<Choice<Solver>> SOLVERS = List.of(
            solver("ddim", "DDIM = Euler", "new FirstOrder(new Ancestral(0), true)", new FirstOrder(new Ancestral(0), true)),
            solver("dpmpp2m", "DPM++ 2M", "DpmSolverMultistep.plusPlus(2)", DpmSolverMultistep.plusPlus(2)),
            solver("dpmpp3m", "DPM++ 3M", "DpmSolverMultistep.plusPlus(3)", DpmSolverMultistep.plusPlus(3)),
            solver("unipc2", "UniPC, order 2", "UniPc.of(2)", UniPc.of(2)),
            solver("unipc3", "UniPC, order 3", "UniPc.of(3)", UniPc.of(3)),
            solver("deis3", "DEIS, order 3", "new Deis(OrderRamp.of(3))", new Deis(OrderRamp.of(3))),
            solver("lms4", "LMS, order 4", "new LinearMultistep(4, Coordinate.EDM, Convention.EXACT)", new LinearMultistep(4, Coordinate.EDM, Convention.EXACT)),
            solver("ipndm", "iPNDM", "LinearMultistep.ipndm(4)", LinearMultistep.ipndm(4)),
            solver("gradient", "gradient estimation", "LinearMultistep.gradientEstimation(2)", LinearMultistep.gradientEstimation(2)),
            solver("ersde", "ER-SDE, order 3", "ErSde.of(3)", ErSde.of(3)),
            solver("heun", "Heun", "new Heun(Coordinate.EDM)", new Heun(Coordinate.EDM)),
            solver("heunflow", "Heun in flow time", "new Heun(Coordinate.FLOW)", new Heun(Coordinate.FLOW)),
            solver("dpm2", "DPM2", "new Midpoint(0)", new Midpoint(0)),
            solver("eulera", "Euler ancestral", "new FirstOrder(new Ancestral(1), true)", new FirstOrder(new Ancestral(1), true)),
            solver("rectified", "rectified ancestral", "new FirstOrder(new RectifiedAncestral(1), true)", new FirstOrder(new RectifiedAncestral(1), true)),
            solver("ddpm", "DDPM", "new FirstOrder(new Posterior(VarianceType.FIXED_SMALL, false), true)",
                    new FirstOrder(new Posterior(VarianceType.FIXED_SMALL, false), true)),
            solver("dpmpp2msde", "DPM++ 2M SDE", "DpmSolverMultistep.sde(2)", DpmSolverMultistep.sde(2)),
            solver("dpmppsde", "DPM++ SDE", "new DpmPlusPlusSde(0.5, 1, 1)", new DpmPlusPlusSde(0.5, 1, 1)),
            solver("dpmpp2sa", "DPM++ 2S ancestral", "new DpmPlusPlus2sAncestral(1)", new DpmPlusPlus2sAncestral(1)),
            solver("lcm", "consistency (LCM)", "new FirstOrder(FullRenoise.STANDARD, true)", new FirstOrder(FullRenoise.STANDARD, true)));

    /** For solver and family of schedules the class of Diffusers, with keys. */
    static final Map<String, Map<String, Object>> CLASSES = Map.ofEntries(
            Map.entry("ddim betas", ofClass("EulerDiscreteScheduler")), Map.entry("ddim flow", ofClass("FlowMatchEulerDiscreteScheduler")),
            Map.entry("ddim edm", ofClass("EDMEulerScheduler")),
            Map.entry("dpmpp2m betas", ofClass("DPMSolverMultistepScheduler")), Map.entry("dpmpp2m edm", ofClass("EDMDPMSolverMultistepScheduler")),
            Map.entry("dpmpp3m betas", ofClass("DPMSolverMultistepScheduler", "solver_order", 3)),
            Map.entry("unipc2 betas", ofClass("UniPCMultistepScheduler")), Map.entry("unipc3 betas", ofClass("UniPCMultistepScheduler", "solver_order", 3)),
            Map.entry("deis3 betas", ofClass("DEISMultistepScheduler", "solver_order", 3)), Map.entry("lms4 betas", ofClass("LMSDiscreteScheduler")),
            Map.entry("heun betas", ofClass("HeunDiscreteScheduler")), Map.entry("heunflow flow", ofClass("FlowMatchHeunDiscreteScheduler")),
            Map.entry("dpm2 betas", ofClass("KDPM2DiscreteScheduler")), Map.entry("eulera betas", ofClass("EulerAncestralDiscreteScheduler")),
            Map.entry("ddpm betas", ofClass("DDPMScheduler", "clip_sample", false)),
            Map.entry("dpmpp2msde betas", ofClass("DPMSolverMultistepScheduler", "algorithm_type", "sde-dpmsolver++")),
            Map.entry("dpmppsde betas", ofClass("DPMSolverSDEScheduler")), Map.entry("lcm betas", ofClass("LCMScheduler")));

    /** What the classes of {@link #CLASSES} lack, by the ids of schedules, predictions and spacings. */
    static final Map<String, Set<String>> LACKS = Map.of("eulera", Set.of("x0", "karras", "exponential", "beta"), "ddpm", Set.of("karras", "exponential", "beta"),
            "lcm", Set.of("zsnr", "karras", "exponential", "beta"), "deis3", Set.of("zsnr"), "dpm2", Set.of("zsnr", "x0"), "dpmppsde", Set.of("zsnr", "x0"),
            "heun", Set.of("zsnr"), "lms4", Set.of("zsnr"), "heunflow", Set.of("dynamic"));

    /** Models people use, as selections. */
    public static final List<Choice<String>> MODELS = List.of(
            model("emoji", "Pictures from words (32x32)", "schedule=cosine&prediction=v&spacing=trailing&solver=dpmpp2m&steps=20"),
            model("sd15", "Stable Diffusion 1.5", "schedule=sd&prediction=epsilon&spacing=karras&solver=dpmpp2m&steps=20"),
            model("sdxl", "SDXL", "schedule=sd&prediction=epsilon&spacing=leading&solver=ddim&steps=30"),
            model("sd21", "Stable Diffusion 2.1 (v)", "schedule=sd&prediction=v&spacing=leading&solver=unipc2&steps=20"),
            model("zsnr", "zero terminal SNR, v", "schedule=zsnr&prediction=v&spacing=trailing&solver=ddim&steps=30"),
            model("sd3", "Stable Diffusion 3 (flow, shift 3)", "schedule=flow&prediction=flow&spacing=shift&solver=ddim&steps=28&shift=3"),
            model("flux", "FLUX.1 dev (flow, shift by size)", "schedule=flow&prediction=flow&spacing=dynamic&solver=ddim&steps=28&size=1024"),
            model("edm", "EDM", "schedule=edm&prediction=x0&spacing=karras&solver=heun&steps=18"),
            model("lcm", "LCM (four steps)", "schedule=sd&prediction=epsilon&spacing=trailing&solver=lcm&steps=4"),
            model("ddpm", "DDPM on pixels", "schedule=linear&prediction=epsilon&spacing=trailing&solver=ddpm&steps=100"));

    private Choices() {}

    private static Choice<Solver> solver(String id, String label, String java, Solver value) {
        return new Choice<>(id, label, java, Map.of(), value);
    }

    private static Choice<String> model(String id, String label, String selection) {
        return new Choice<>(id, label, "", Map.of(), selection);
    }

    private static Map<String, Object> ofClass(String name) {
        return Map.of("_class_name", name);
    }

    private static Map<String, Object> ofClass(String name, String key, Object value) {
        return Map.of("_class_name", name, key, value);
    }
}
