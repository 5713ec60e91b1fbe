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
import io.github.diffusion4j.core.plan.Held;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.CfgPlusPlus;
import io.github.diffusion4j.samplers.FrameSchedule;
import io.github.diffusion4j.samplers.guidance.ChangeRate;
import io.github.diffusion4j.samplers.guidance.Extrapolation;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Pattern;
import io.github.diffusion4j.samplers.guidance.Planned;
import io.github.diffusion4j.samplers.guidance.ResidualGuidance;
import io.github.diffusion4j.samplers.guidance.Space;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.samplers.solvers.ScaledNoise;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
    private static final int LAST_TIME = 999;
    private static final double STREAM_TIME = 100;
    private static final int STREAM_NOISE = 30;

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
        return golden.has("cond_scale") && golden.has("sampler") || golden.path("exact").has("computed") || golden.has("ar_step") || golden.has("cfg_type");
    }

    Result result(double allowed) {
        comparison.allow(allowed);
        switch (golden.path("rule").asText(golden.has("ar_step") ? "frames" : golden.has("cfg_type") ? "stream" : "")) {
            case "frames" -> frames();
            case "stream" -> stream();
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

    private void frames() {
        double[] times = Comparison.doubles(golden.path("timesteps"));
        FrameSchedule schedule = FrameSchedule.of(golden.path("num_latent_frames").asInt(), golden.path("base_num_latent_frames").asInt(), golden.path("ar_step").asInt(),
                golden.path("num_pre_ready").asInt(), golden.path("causal_block_size").asInt(), times.length);
        comparison.check("rounds", exact.path("timesteps").size(), schedule.rounds().size());
        for (int i = 0; i < schedule.rounds().size(); i++) {
            FrameSchedule.Round round = schedule.rounds().get(i);
            comparison.check("timesteps " + i, Comparison.doubles(exact.path("timesteps").get(i)),
                    round.places().stream().mapToDouble(place -> place == 0 ? LAST_TIME : place > times.length ? 0 : times[place - 1]).toArray());
            comparison.check("update " + i, Comparison.doubles(exact.path("update").get(i)), round.stepping().stream().mapToDouble(steps -> steps ? 1 : 0).toArray());
            comparison.check("window " + i, Comparison.doubles(exact.path("window").get(i)), new double[] {round.from(), round.to()});
        }
    }

    /** A consistency network of the noise with coefficients for each level. */
    private record Boundary(double[] skip, double[] out) implements Parameterization {

        private static final long serialVersionUID = 1;

        @Override
        public Weights target(NoiseLevel level) {
            return Parameterization.epsilon().target(level);
        }

        @Override
        public Weights boundary(NoiseLevel level) {
            int row = (int) (skip.length - level.time() / STREAM_TIME);
            return new Weights(skip[row], out[row]);
        }
    }

    /** Frames that enter one after another, each a run of its own; the first buffer of all rows is zeros. */
    private void stream() {
        int levels = golden.path("steps").asInt();
        double[] alphas = Comparison.doubles(golden.path("alphas_cumprod"));
        List<NoiseLevel> grid = IntStream.range(0, levels).mapToObj(j -> new NoiseLevel(STREAM_TIME * (levels - j), Math.sqrt(alphas[j]), Math.sqrt(1 - alphas[j]))).toList();
        Solver renoised = new FirstOrder(FullRenoise.STANDARD, true);
        Solver solver = golden.path("do_add_noise").asBoolean() ? renoised : new ScaledNoise(renoised, 0);
        String type = golden.path("cfg_type").asText();
        double scale = golden.path("guidance_scale").asDouble();
        Guidance guidance = type.equals("none") ? Guidance.NONE : type.equals("full") ? LinearGuidance.classifierFree(scale)
                : new ResidualGuidance(scale, golden.path("delta").asDouble(), type.equals("initialize"), levels);
        Plan plan = Plan.of(solver, TimeGrid.contiguous(grid, new NoiseLevel(0, 1, 0)), new Boundary(Comparison.doubles(golden.path("c_skip")), Comparison.doubles(golden.path("c_out"))),
                DataCorrection.NONE).guided(guidance);
        for (int call = 0; call < golden.path("frames").asInt(); call++) {
            int late = Math.max(0, levels - 1 - call);
            A entering = late > 0 ? base(0, 0) : plan.on(comparison.arrays()).addNoise(base(call - levels + 1, 1), base(STREAM_NOISE, 1), 0);
            comparison.check("frame " + call, Comparison.doubles(exact.path("outputs").get(call)), values(streamed(plan, late, entering)));
        }
    }

    private A streamed(Plan plan, int late, A entering) {
        Map<String, A> held = new LinkedHashMap<>();
        if (!plan.guidance().given().isEmpty()) {
            held.put(ResidualGuidance.RESIDUAL, base(STREAM_NOISE, late == 0 ? 1 : 0));
            plan.guidance().given().stream().skip(late + 1L).forEach(name -> held.put(name, base(STREAM_NOISE + plan.guidance().given().indexOf(name), 1)));
        }
        SamplerState<A> state = new SamplerState<>(comparison.arrays(), late, entering, entering, List.of(), "", new Held<>(held, Map.of()));
        NoiseSource noise = (request, out) -> out.assign(comparison.host(values(base(STREAM_NOISE + 1 + request.index(), 1))));
        for (int i = late; i < plan.evaluations(); i++) {
            ModelInput<A> input = plan.on(comparison.arrays()).input(i, state);
            List<A> outputs = input.branches().stream().map(branch -> streamed(input, branch.equals(Branch.CONDITIONAL) ? 0.7 : 0.4)).toList();
            state = plan.on(comparison.arrays()).step(i, outputs, state, noise);
        }
        return state.sample();
    }

    private A streamed(ModelInput<A> input, double factor) {
        double shift = 0.2 * Math.sin(0.01 * input.timestep());
        return comparison.array(java.util.Arrays.stream(values(input.sample())).map(x -> factor * Math.tanh(x) + shift).toArray());
    }
}
