package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Held;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.GuiderConfig;
import io.github.diffusion4j.samplers.guidance.DynamicallyThresholded;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.PerpNeg;
import io.github.diffusion4j.samplers.guidance.Rescaled;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.names.ComfyGuidance;
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
 * What guidance makes of recorded outputs of the network: Diffusers' guiders, ComfyUI's nodes, Dynamic Thresholding. Each call is a step of a run whose network predicts the data, so that its
 * data estimate is the guided output; what is remembered goes from call to call in the state.
 *
 * @param <A> the array of a library
 */
final class GuidanceCase<A> {

    private static final Map<String, List<Branch>> BRANCHES = Map.of(
            "pred_cond", List.of(Branch.CONDITIONAL), "noise_pred_text", List.of(Branch.CONDITIONAL), "cond", List.of(Branch.CONDITIONAL), "positive", List.of(Branch.CONDITIONAL),
            "uncond", List.of(Branch.UNCONDITIONAL), "empty", List.of(Branch.UNCONDITIONAL), "negative", List.of(PerpNeg.negative(0)),
            "noise_cfg", List.of(LinearGuidance.PERTURBED), "pred_uncond", List.of(Branch.UNCONDITIONAL), "pred_cond_modality", List.of(new Branch("isolated modality")));

    private final JsonNode golden;
    private final Comparison<A> comparison;
    private final boolean batchIsOne;

    GuidanceCase(JsonNode golden, Arrays<A> arrays, ElementType type) {
        this.golden = golden;
        this.batchIsOne = golden.path("rule").asText().equals("PerpNeg");
        this.comparison = new Comparison<>(arrays, type, golden.path("shape"));
    }

    static boolean knows(JsonNode golden) {
        return golden.has("guider") || golden.path("exact").has("scales") || golden.has("inputs");
    }

    Result result(double allowed) {
        comparison.allow(allowed);
        if (golden.path("exact").has("scales")) {
            scales();
        } else {
            calls();
        }
        return comparison.result();
    }

    private Guidance guidance() {
        double scale = golden.path("cond_scale").asDouble();
        if (golden.path("guider").asText().equals("rescale_noise_cfg")) {
            return new Rescaled(place -> Guide.known(List.of(LinearGuidance.PERTURBED), 0, 1), golden.path("config").path("guidance_rescale").asDouble());
        }
        if (golden.has("guider")) {
            GuiderConfig config = GuiderConfig.parse("{\"_class_name\": \"" + golden.path("guider").asText() + "\"}");
            for (Map.Entry<String, JsonNode> entry : golden.path("config").properties()) {
                config = config.with(entry.getKey(), entry.getValue());
            }
            return config.guidance();
        }
        JsonNode options = golden.path("options");
        if (golden.has("rule")) {
            Map<String, Double> numbers = new TreeMap<>();
            options.properties().forEach(entry -> numbers.put(entry.getKey(), entry.getValue().asDouble()));
            return ComfyGuidance.of(golden.path("rule").asText(), numbers, scale);
        }
        return new DynamicallyThresholded(Scale.of(scale), Scale.of(options.path("mimic_scale").asDouble()), options.path("threshold_percentile").asDouble(), options.path("separate").asBoolean(),
                options.path("start").asText().equals("MEAN"), options.path("measure").asText().equals("STD"), options.path("phi").asDouble());
    }

    private void calls() {
        int[] steps = golden.has("steps") ? ints(golden.path("steps")) : IntStream.range(0, Math.max(1, golden.path("sigmas").size())).toArray();
        Runs<A> runs = Plan.of(new FirstOrder(new Ancestral(0), true), grid(), Parameterization.sample(), DataCorrection.NONE).guided(guidance()).on(comparison.arrays());
        JsonNode expected = golden.path("exact").has("pred") ? golden.path("exact").path("pred") : golden.path("exact").path("denoised");
        Held<A> held = Held.nothing();
        for (int call = 0; call < steps.length; call++) {
            A sample = golden.path("inputs").has("x") ? input("x", call) : zeros();
            SamplerState<A> state = new SamplerState<>(comparison.arrays(), steps[call], sample, sample, List.of(), "", held);
            List<A> outputs = new ArrayList<>();
            for (Branch branch : runs.input(steps[call], state).branches()) {
                outputs.add(input(name(branch), call));
            }
            check("call " + call, Comparison.doubles(expected.get(call)), comparison.values(runs.denoised(steps[call], outputs, state)));
            held = runs.step(steps[call], outputs, state, NoiseSource.none()).held();
        }
    }

    /** Where the reference divides 0 by 0 there is no number to compare with, but ours must be one. */
    private void check(String what, double[] expected, double[] actual) {
        if (DoubleStream.of(expected).anyMatch(Double::isNaN)) {
            if (!DoubleStream.of(actual).allMatch(Double::isFinite)) {
                throw new IllegalStateException(what + " is not finite");
            }
        } else {
            comparison.check(what, expected, actual);
        }
    }

    private static int[] ints(JsonNode values) {
        return DoubleStream.of(Comparison.doubles(values)).mapToInt(value -> (int) value).toArray();
    }

    private TimeGrid grid() {
        double[] sigmas = golden.has("sigmas") ? Comparison.doubles(golden.path("sigmas")) : IntStream.range(0, golden.path("num_inference_steps").asInt(1)).mapToDouble(i -> 100 - i).toArray();
        List<NoiseLevel> levels = DoubleStream.of(sigmas).mapToObj(this::level).toList();
        return TimeGrid.contiguous(levels, new NoiseLevel(0, 1, 0));
    }

    private NoiseLevel level(double sigma) {
        return golden.path("model").asText("ve").equals("flow") ? new NoiseLevel(sigma, 1 - sigma, sigma) : new NoiseLevel(sigma, 1, sigma);
    }

    private String name(Branch branch) {
        for (String name : (Iterable<String>) golden.path("inputs")::fieldNames) {
            List<Branch> known = BRANCHES.getOrDefault(name, List.of(LinearGuidance.PERTURBED));
            if (known.contains(branch)) {
                return name;
            }
        }
        if (golden.path("guider").asText().equals("AutoGuidance")) {
            return "pred_uncond";
        }
        throw new IllegalStateException("the reference was not asked for the branch " + branch);
    }

    /** A batch that the reference sums over is one sample. */
    private long[] shape() {
        long[] shape = comparison.shape();
        return batchIsOne ? LongStream.concat(LongStream.of(1), LongStream.of(shape)).toArray() : shape;
    }

    private A zeros() {
        return comparison.array(new double[length()], shape());
    }

    private int length() {
        return (int) java.util.Arrays.stream(comparison.shape()).reduce(1, (a, b) -> a * b);
    }

    private A input(String name, int call) {
        double[] values = new double[length()];
        for (JsonNode term : golden.path("inputs").path(name)) {
            int k = 4 * call + term.get(1).asInt();
            java.util.Arrays.setAll(values, i -> values[i] + term.get(0).asDouble() * base(k, i));
        }
        return comparison.array(values, shape());
    }

    static double base(int k, int i) {
        return 1.3 * Math.sin(0.9 * i * (k + 1) + 0.37 * k) + 0.4 * Math.cos(2.3 * i + k);
    }

    private void scales() {
        Scale.Shape shape = Scale.Shape.valueOf(golden.path("mode").asText().toUpperCase(java.util.Locale.ROOT).replace(' ', '_'));
        Scale scale = new Scale.Shaped(shape, golden.path("scale").asDouble(), golden.path("minimum").asDouble(), golden.path("sched_val").asDouble());
        int steps = golden.path("steps").asInt();
        NoiseLevel level = new NoiseLevel(1, 1, 1);
        double[] actual = IntStream.range(0, steps).mapToDouble(step -> scale.at(new Place(step, steps, step, steps, List.of(), 1, level, level, Parameterization.epsilon(), List.of()))).toArray();
        comparison.check("scales", Comparison.doubles(golden.path("exact").path("scales")), actual);
    }
}
