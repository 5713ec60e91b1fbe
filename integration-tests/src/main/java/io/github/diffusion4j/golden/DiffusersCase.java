package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.DiscreteScheduler;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.BetaScheduler;
import io.github.diffusion4j.samplers.DdimScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One recorded run of a Diffusers scheduler, repeated with this library on arrays of one type. */
final class DiffusersCase {

    private static final Set<String> KNOWN_TIMESTEP_ARGUMENTS = Set.of("num_inference_steps", "timesteps");
    private static final Set<String> KNOWN_STEP_ARGUMENTS = Set.of("eta", "use_clipped_model_output");

    private final JsonNode golden;
    private final JsonNode exact;
    private final DataType type;
    private final long[] shape;
    private double worst;
    private double tolerance;

    DiffusersCase(JsonNode golden, DataType type) {
        this.golden = golden;
        this.exact = golden.path("exact");
        this.type = type;
        this.shape = Arrays.stream(doubles(golden.path("shape"))).mapToLong(d -> (long) d).toArray();
    }

    /** The largest relative error of everything the case records; the first one above the tolerance is a mismatch. */
    double worstError(double allowed) {
        tolerance = allowed;
        refuseUnknown(golden.path("set_timesteps"), KNOWN_TIMESTEP_ARGUMENTS);
        refuseUnknown(golden.path("step"), KNOWN_STEP_ARGUMENTS);
        DiscreteScheduler scheduler = scheduler();
        table("alphas_cumprod", exact.path("alphas_cumprod_at"), scheduler.alphasCumprod());
        table("betas", exact.path("betas_at"), scheduler.betas());
        forward("add_noise", scheduler);
        forward("get_velocity", scheduler);
        reverse(plan(scheduler));
        return worst;
    }

    private static void refuseUnknown(JsonNode arguments, Set<String> known) {
        arguments.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw new UnsupportedOperationException("argument " + name + " is not known");
            }
        });
    }

    private DiscreteScheduler scheduler() {
        DiscreteScheduler scheduler = DiffusersConfig.parse(golden.path("scheduler_config").toString()).scheduler();
        JsonNode step = golden.path("step");
        if (scheduler instanceof DdimScheduler ddim) {
            return ddim.withEta(step.path("eta").asDouble(0)).withClippedModelOutput(step.path("use_clipped_model_output").asBoolean(false));
        }
        if (!step.isEmpty()) {
            throw new UnsupportedOperationException(scheduler.name() + " takes no step arguments, got " + step);
        }
        return scheduler;
    }

    private Plan plan(DiscreteScheduler scheduler) {
        JsonNode timesteps = golden.path("set_timesteps").path("timesteps");
        Plan plan = timesteps.isArray()
                ? ((BetaScheduler) scheduler).plan(Arrays.stream(doubles(timesteps)).mapToInt(t -> (int) t).toArray())
                : scheduler.plan(golden.path("set_timesteps").path("num_inference_steps").asInt());
        double[] times = IntStream.range(0, plan.evaluations()).mapToDouble(plan::timestep).toArray();
        compare("timesteps", doubles(exact.path("timesteps")), times);
        int begin = golden.path("begin_index").asInt(0);
        return begin == 0 ? plan : plan.from(begin);
    }

    private void reverse(Plan plan) {
        compare("init_noise_sigma", new double[] {exact.path("init_noise_sigma").asDouble(1)}, new double[] {1});
        compare("evaluations", new double[] {exact.path("evaluations").asDouble()}, new double[] {plan.evaluations()});
        List<INDArray> noises = new ArrayList<>();
        golden.path("step_noise").forEach(noise -> noises.add(array(noise)));
        NoiseSource noise = NoiseSource.recorded(noises);
        SamplerState state = plan.startFrom(array(golden.path("start_noise")));
        for (int i = 0; i < plan.evaluations(); i++) {
            ModelInput input = plan.input(i, state);
            if (i == 0) {
                compare("first_model_input", doubles(exact.path("first_model_input")), values(input.sample()));
            }
            INDArray output = network(input);
            record("pred_original_samples", i, plan.denoised(i, output, state));
            state = plan.step(i, output, state, noise);
            record("prev_samples", i, state.sample());
        }
    }

    private void record(String part, int call, INDArray actual) {
        JsonNode expected = exact.path(part).path(Integer.toString(call));
        if (expected.isArray()) {
            compare(part + "[" + call + "]", doubles(expected), values(actual));
        }
    }

    private void forward(String part, DiscreteScheduler scheduler) {
        JsonNode expected = exact.path(part);
        if (expected.isMissingNode() || expected.isNull()) {
            return;
        }
        INDArray clean = array(golden.path("clean"));
        INDArray noise = array(golden.path("noise_for_add_noise"));
        double[] timesteps = doubles(expected.path("timesteps"));
        INDArray actual = part.equals("add_noise") ? scheduler.addNoise(clean, noise, timesteps) : scheduler.velocity(clean, noise, timesteps);
        compare(part, doubles(expected.path("result")), values(actual));
    }

    private void table(String name, JsonNode expected, double[] actual) {
        for (Map.Entry<String, JsonNode> entry : expected.properties()) {
            compare(name + "[" + entry.getKey() + "]", new double[] {entry.getValue().asDouble()}, new double[] {actual[Integer.parseInt(entry.getKey())]});
        }
    }

    /** The networks of the cases: a smooth non-linear function of sample and time. */
    private INDArray network(ModelInput input) {
        double t = input.timestep();
        boolean peer = golden.path("model").asText().equals("peer");
        if (!peer && !golden.path("model").asText().equals("tanh")) {
            throw new UnsupportedOperationException("model " + golden.path("model") + " is not known");
        }
        double[] x = values(input.sample());
        double[] mean = Arrays.stream(x).map(v -> peer ? v * t / (t + 1) : 0.7 * Math.tanh(v) + 0.2 * Math.sin(0.01 * t)).toArray();
        if (!golden.path("model_has_variance_channels").asBoolean()) {
            return array(mean);
        }
        double[] variance = Arrays.stream(x).map(v -> 0.5 * Math.cos(1.7 * v)).toArray();
        return Nd4j.concat(1, array(mean), array(variance));
    }

    private void compare(String what, double[] expected, double[] actual) {
        if (expected.length != actual.length) {
            throw new IllegalStateException(what + " has " + actual.length + " values, expected " + expected.length);
        }
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        double scale = largest == 0 ? 1 : largest;
        double error = IntStream.range(0, expected.length).mapToDouble(i -> Math.abs(expected[i] - actual[i]) / scale).max().orElse(0);
        if (!(error <= tolerance)) {
            throw new GoldenMismatch(type + " " + what, error);
        }
        worst = Math.max(worst, error);
    }

    private INDArray array(JsonNode values) {
        return array(doubles(values));
    }

    private INDArray array(double[] values) {
        return Nd4j.createFromArray(values).reshape(shape).castTo(type);
    }

    private static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    }

    private static double[] doubles(JsonNode values) {
        return StreamSupport.stream(values.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
    }
}
