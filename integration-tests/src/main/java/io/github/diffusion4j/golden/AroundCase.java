package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.CfgPlusPlus;
import io.github.diffusion4j.samplers.guidance.ChangeRate;
import io.github.diffusion4j.samplers.guidance.Extrapolation;
import io.github.diffusion4j.samplers.guidance.Pattern;
import io.github.diffusion4j.samplers.guidance.Planned;
import io.github.diffusion4j.samplers.guidance.Space;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Runs with a stand-in network: samplers of CFG++, and evaluations that are left out.
 *
 * @param <A> the array of a library
 */
final class AroundCase<A> {

    private static final double CONDITIONAL = 0.3;
    private static final double UNCONDITIONAL = -0.2;
    private static final int FIRST_DRAW = 20;
    private static final int START = 9;

    private final JsonNode golden;
    private final JsonNode exact;
    private final Comparison<A> comparison;
    private final List<Integer> asked = new ArrayList<>();

    AroundCase(JsonNode golden, Arrays<A> arrays, ElementType type) {
        this.golden = golden;
        this.exact = golden.path("exact");
        this.comparison = new Comparison<>(arrays, type, golden.path("shape"));
    }

    static boolean knows(JsonNode golden) {
        return golden.has("cond_scale") && golden.has("sampler") || golden.path("exact").has("computed");
    }

    Result result(double allowed) {
        comparison.allow(allowed);
        switch (golden.path("rule").asText()) {
            case "LazyCache" -> lazyCache();
            case "FSampler" -> fsampler();
            case "TaylorSeer" -> taylorSeer();
            case "MagCache" -> magCache();
            default -> plusPlus();
        }
        return comparison.result();
    }

    private NoiseLevel level(double sigma) {
        return golden.path("model").asText().equals("flow") ? new NoiseLevel(sigma, 1 - sigma, sigma) : new NoiseLevel(sigma, 1, sigma);
    }

    private TimeGrid grid() {
        double[] sigmas = Comparison.doubles(golden.path("sigmas"));
        List<NoiseLevel> levels = DoubleStream.of(sigmas).mapToObj(this::level).toList();
        return TimeGrid.contiguous(levels.subList(0, sigmas.length - 1), levels.get(sigmas.length - 1)).withCurve(golden.path("model").asText().equals("flow")
                ? s -> level(s / (1 + s)) : this::level);
    }

    private A base(int k, double scale) {
        double[] values = new double[(int) java.util.Arrays.stream(comparison.shape()).reduce(1, (a, b) -> a * b)];
        java.util.Arrays.setAll(values, i -> scale * GuidanceCase.base(k, i));
        return comparison.array(values, shape());
    }

    /** ComfyUI decides for the whole batch, which is one sample here. */
    private long[] shape() {
        boolean batchIsOne = golden.path("rule").asText().equals("LazyCache");
        return batchIsOne ? LongStream.concat(LongStream.of(1), LongStream.of(comparison.shape())).toArray() : comparison.shape();
    }

    private SamplerState<A> start(Runs<A> runs) {
        boolean flow = golden.path("model").asText().equals("flow");
        return runs.startFrom(base(START, flow ? 1 : golden.path("sigmas").get(0).asDouble()));
    }

    private Plan plan() {
        return Plan.of(new FirstOrder(new Ancestral(0), true), grid(), Parameterization.sample(), DataCorrection.NONE);
    }

    /** The estimate {@code (alpha x + k sigma^2 tanh x) / (alpha^2 + sigma^2)}. */
    private A estimate(ModelInput<A> input, double k) {
        double alpha = input.level().alpha();
        double s = input.level().sigma() * input.level().sigma();
        return comparison.array(java.util.Arrays.stream(comparison.values(input.sample())).map(x -> (alpha * x + k * s * Math.tanh(x)) / (alpha * alpha + s)).toArray(), shape());
    }

    private List<A> outputs(ModelInput<A> input) {
        return input.branches().stream().map(branch -> estimate(input, branch.equals(Branch.CONDITIONAL) ? CONDITIONAL : UNCONDITIONAL)).toList();
    }

    private SamplerState<A> run(Plan plan, NoiseSource noise, List<A> seen, List<A> denoised) {
        Runs<A> runs = plan.on(comparison.arrays());
        SamplerState<A> state = start(runs);
        for (int i = 0; i < plan.evaluations(); i++) {
            ModelInput<A> input = runs.input(i, state);
            List<A> outputs = outputs(input);
            if (!outputs.isEmpty()) {
                asked.add(i);
            }
            seen.add(state.sample());
            denoised.add(runs.denoised(i, outputs, state));
            state = runs.step(i, outputs, state, noise);
        }
        return state;
    }

    private void plusPlus() {
        Map<String, Double> arguments = new TreeMap<>();
        golden.path("arguments").properties().forEach(entry -> arguments.put(entry.getKey(), entry.getValue().asDouble()));
        Plan plan = CfgPlusPlus.of(golden.path("sampler").asText(), golden.path("cond_scale").asDouble(), arguments).on(plan());
        List<HostArray> draws = IntStream.range(0, exact.path("noises").asInt()).mapToObj(m -> comparison.host(values(base(FIRST_DRAW + m, 1)))).toList();
        comparison.check("evaluations", exact.path("evaluations").asDouble(), plan.evaluations());
        List<A> seen = new ArrayList<>();
        SamplerState<A> state = run(plan, new InOrder(draws), seen, new ArrayList<>());
        for (int k = 0; k < exact.path("samples").size(); k++) {
            comparison.check("sample " + k, Comparison.doubles(exact.path("samples").get(k)), comparison.values(seen.get(plan.evaluationOf(k + 1))));
        }
        comparison.check("final", Comparison.doubles(exact.path("final")), comparison.values(state.sample()));
    }

    private double[] values(A array) {
        return comparison.values(array);
    }

    private void checkAsked() {
        comparison.check("computed", Comparison.doubles(exact.path("computed")), asked.stream().mapToDouble(i -> i).toArray());
    }

    private void lazyCache() {
        Plan plan = plan().skipping(ChangeRate.lazyCache(golden.path("reuse_threshold").asDouble(), golden.path("start_sigma").asDouble(), golden.path("end_sigma").asDouble(),
                golden.path("subsample").asInt()));
        List<A> seen = new ArrayList<>();
        SamplerState<A> state = run(plan, NoiseSource.none(), seen, new ArrayList<>());
        checkAsked();
        comparison.check("last sample", Comparison.doubles(exact.path("last_sample")), values(state.sample()));
        comparison.check("sample in the middle", Comparison.doubles(exact.path("sample_in_the_middle")), values(seen.get(plan.evaluations() / 2 + 1)));
    }

    private void fsampler() {
        String[] mode = golden.path("skip_mode").asText().split("/");
        int points = Integer.parseInt(mode[0].substring(1));
        Pattern pattern = new Pattern.OneAfter(Integer.parseInt(mode[1].substring(1)), Math.max(golden.path("protect_first_steps").asInt(), points), golden.path("protect_last_steps").asInt());
        Extrapolation.Coordinate coordinate = golden.path("sigma_aware").asBoolean() ? Extrapolation.Coordinate.EDM_SIGMA : Extrapolation.Coordinate.INDEX;
        Guidance planned = new Planned(Guidance.NONE, pattern, new Extrapolation.Polynomial(points - 1, coordinate));
        List<A> seen = new ArrayList<>();
        List<A> denoised = new ArrayList<>();
        SamplerState<A> state = run(plan().guided((golden.path("extrapolate_denoised").asBoolean() ? Space.DATA : Space.RESIDUAL).of(planned)), NoiseSource.none(), seen, denoised);
        checkAsked();
        for (int i = 0; i < exact.path("denoised").size(); i++) {
            comparison.check("denoised " + i, Comparison.doubles(exact.path("denoised").get(i)), values(denoised.get(i)));
        }
        comparison.check("last sample", Comparison.doubles(exact.path("last_sample")), values(state.sample()));
    }

    private void taylorSeer() {
        int steps = golden.path("steps").asInt();
        Pattern pattern = new Pattern.Taylor(golden.path("cache_interval").asInt(), golden.path("disable_cache_before_step").asInt(),
                golden.path("disable_cache_after_step").asInt(Integer.MAX_VALUE));
        TimeGrid grid = TimeGrid.contiguous(IntStream.range(0, steps).mapToObj(i -> level(steps - i)).toList(), level(0));
        Plan plan = Plan.of(new FirstOrder(new Ancestral(0), true), grid, Parameterization.sample(), DataCorrection.NONE)
                .guided(new Planned(Guidance.NONE, pattern, new Extrapolation.TaylorSeer(golden.path("max_order").asInt())));
        Runs<A> runs = plan.on(comparison.arrays());
        SamplerState<A> state = runs.startFrom(base(START, 1));
        for (int i = 0; i < steps; i++) {
            List<A> outputs = plan.needs(i).isEmpty() ? List.of() : List.of(output(i));
            if (!outputs.isEmpty()) {
                asked.add(i);
            }
            comparison.check("output " + i, Comparison.doubles(exact.path("outputs").get(i)), values(runs.denoised(i, outputs, state)));
            state = runs.step(i, outputs, state, NoiseSource.none());
        }
        checkAsked();
    }

    private A output(int step) {
        double[] one = values(base(0, Math.cos(0.3 * step)));
        double[] other = values(base(1, 0.05 * step * 0.05 * step));
        return comparison.array(IntStream.range(0, one.length).mapToDouble(i -> one[i] + other[i]).toArray());
    }

    private void magCache() {
        int steps = golden.path("steps").asInt();
        Pattern pattern = new Pattern.Magnitudes(DoubleStream.of(Comparison.doubles(golden.path("mag_ratios"))).boxed().toList(), golden.path("threshold").asDouble(),
                golden.path("max_skip_steps").asInt(), golden.path("retention_ratio").asDouble());
        IntStream.range(0, steps).filter(i -> pattern.asks(i, steps)).forEach(asked::add);
        checkAsked();
    }
}
