package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.AdaptiveSampling;
import io.github.diffusion4j.samplers.ComfySamplers;
import io.github.diffusion4j.samplers.KDiffusion;
import io.github.diffusion4j.samplers.solvers.DpmFast;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleFunction;

/**
 * One recorded run of a sampler of k-diffusion or ComfyUI, repeated with this library on arrays of one type.
 *
 * @param <A> the array of a library
 */
final class KDiffusionCase<A> {

    /** These draw noise in every step, used or not. */
    private static final Set<String> DRAW_EVERY_STEP = Set.of("sample_euler", "sample_heun", "sample_dpm_2");

    /** Where the noise of SA-Solver begins and ends, as shares of the schedule's way, and the ends of the schedule. */
    private static final double EARLY = 0.2;
    private static final double LATE = 0.8;
    private static final double SIGMA_MAX = 14.6;
    private static final double SIGMA_MIN = 0.03;
    /** A level of some grids is the beginning up to rounding, and lay above it. */
    private static final double ROUNDING = 1e-12;

    private final JsonNode golden;
    private final String sampler;
    private final Comparison<A> comparison;
    private final List<HostArray> draws = new ArrayList<>();

    KDiffusionCase(JsonNode golden, Arrays<A> arrays, ElementType type) {
        this.golden = golden;
        this.sampler = golden.path("sampler").asText();
        this.comparison = new Comparison<>(arrays, type, golden.path("shape"));
        golden.path("step_noise").forEach(draw -> draws.add(comparison.host(draw)));
    }

    Result result(double allowed) {
        comparison.allow(allowed);
        if (sampler.equals("sample_dpm_adaptive")) {
            adaptive();
        } else {
            planned();
        }
        return comparison.result();
    }

    private Map<String, Double> numbers() {
        Map<String, Double> numbers = new TreeMap<>();
        golden.path("arguments").properties().forEach(entry -> {
            if (entry.getValue().isNumber()) {
                numbers.put(entry.getKey(), entry.getValue().asDouble());
            }
        });
        return numbers;
    }

    private void planned() {
        boolean flow = golden.path("model").asText().equals("flow");
        double[] sigmas = sampler.equals("sample_dpm_fast") ? ranged() : ComfySamplers.sigmas(sampler, Comparison.doubles(golden.path("sigmas")), flow);
        DoubleFunction<NoiseLevel> level = flow ? t -> new NoiseLevel(t, 1 - t, t) : sigma -> new NoiseLevel(sigma, 1, sigma);
        List<NoiseLevel> levels = java.util.Arrays.stream(sigmas).mapToObj(level).toList();
        TimeGrid grid = TimeGrid.contiguous(levels.subList(0, sigmas.length - 1), levels.get(sigmas.length - 1))
                .withCurve(sigma -> level.apply(flow ? sigma / (1 + sigma) : sigma));
        Plan compiled = Plan.of(solver(grid, sigmas, flow), grid, Parameterization.sample(), DataCorrection.NONE).withStartScale(flow ? 1 : sigmas[0]);
        Runs<A> plan = compiled.on(comparison.arrays());
        comparison.check("denoiser_calls", golden.path("denoiser_calls").asDouble(), compiled.evaluations());
        NoiseSource noise = noise(compiled);
        SamplerState<A> state = plan.start(comparison.array(golden.path("start_noise")), noise);
        for (int i = 0; i < compiled.evaluations(); i++) {
            state = plan.step(i, denoised(plan.input(i, state)), state, noise);
        }
        comparison.check("final", Comparison.doubles(golden.path("final")), comparison.values(state.sample()));
    }

    private boolean comfy() {
        return golden.path("id").asText().startsWith("comfyui/");
    }

    private Solver solver(TimeGrid grid, double[] sigmas, boolean flow) {
        if (!comfy()) {
            return KDiffusion.solver(sampler, golden.path("arguments").path("solver_type").asText("midpoint"), numbers(), calls(sigmas));
        }
        Map<String, Double> numbers = numbers();
        Map<String, String> words = new TreeMap<>();
        golden.path("arguments").properties().forEach(entry -> {
            if (entry.getValue().isTextual()) {
                words.put(entry.getKey(), entry.getValue().asText());
            } else if (entry.getValue().isBoolean()) {
                numbers.put(entry.getKey(), entry.getValue().asBoolean() ? 1.0 : 0.0);
            }
        });
        if (!numbers.containsKey("tau")) {
            numbers.put("tau_from", flow ? 1 - LATE : SIGMA_MAX * Math.pow(SIGMA_MIN / SIGMA_MAX, LATE));
            numbers.put("tau_to", flow ? 1 - EARLY : SIGMA_MAX * Math.pow(SIGMA_MIN / SIGMA_MAX, EARLY) * (1 - ROUNDING));
        }
        return ComfySamplers.solver(sampler, words, numbers, grid);
    }

    /** ComfyUI's draws belong to evaluations, or, where there are fewer, to steps, some of them not used; and where there are still fewer, to who asks. */
    private NoiseSource noise(Plan compiled) {
        if (comfy() && draws.size() >= compiled.evaluations() - 1) {
            return (request, out) -> out.assign(draws.get(request.index()));
        }
        boolean everyStep = comfy() ? draws.size() >= compiled.steps() - 1 : DRAW_EVERY_STEP.contains(sampler);
        return everyStep ? (request, out) -> out.assign(draws.get(compiled.stepOf(request.index()))) : new InOrder(draws);
    }

    private int calls(double[] sigmas) {
        return sampler.equals("sample_dpm_fast") ? golden.path("steps").asInt() : sigmas.length - 1;
    }

    /** The grid of DPM fast, uniform in log sigma. */
    private double[] ranged() {
        int steps = DpmFast.ordersFor(golden.path("steps").asInt()).size();
        return SigmaRamp.exponential().sigmas(golden.path("sigma_max").asDouble(), golden.path("sigma_min").asDouble(), steps + 1);
    }

    private void adaptive() {
        EdmSchedule schedule = new EdmSchedule(golden.path("sigma_min").asDouble(), golden.path("sigma_max").asDouble());
        A start = comparison.array(java.util.Arrays.stream(Comparison.doubles(golden.path("start_noise"))).map(z -> z * schedule.sigmaMax()).toArray());
        AdaptiveSampling.Result<A> result = KDiffusion.adaptive(numbers())
                .run(comparison.arrays(), schedule, Parameterization.sample(), schedule.noisiest(), schedule.cleanest(), this::denoised, start, new InOrder(draws));
        JsonNode info = golden.path("info");
        comparison.check("info", new double[] {info.path("steps").asDouble(), info.path("nfe").asDouble(), info.path("n_accept").asDouble(), info.path("n_reject").asDouble()},
                new double[] {result.accepted() + result.rejected(), result.evaluations(), result.accepted(), result.rejected()});
        comparison.check("final", Comparison.doubles(golden.path("final")), comparison.values(result.sample()));
    }

    /** {@code D(x, s) = (x + 0.3 s^2 tanh(x)) / (1 + s^2)}, and for flows {@code ((1 - t) x + 0.3 t^2 tanh(x)) / ((1 - t)^2 + t^2)}. */
    private A denoised(ModelInput<A> input) {
        double signal = golden.path("model").asText().equals("flow") ? 1 - input.timestep() : 1;
        double s = input.timestep() * input.timestep();
        return comparison.array(java.util.Arrays.stream(comparison.values(input.sample())).map(x -> (signal * x + 0.3 * s * Math.tanh(x)) / (signal * signal + s)).toArray());
    }
}
