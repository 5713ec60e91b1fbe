package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.RecordedNoise;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One recorded run of a Diffusers scheduler, repeated with this library on arrays of one type.
 *
 * @param <A> the array of a library
 */
class DiffusersCase<A> {

    final JsonNode golden;
    final JsonNode exact;
    final Comparison<A> comparison;

    DiffusersCase(JsonNode golden, Arrays<A> arrays, ElementType type) {
        this.golden = golden;
        this.exact = golden.path("exact");
        this.comparison = new Comparison<>(arrays, type, golden.path("shape"));
    }

    /** The case with the loop that its class needs. */
    static <A> DiffusersCase<A> of(JsonNode golden, Arrays<A> arrays, ElementType type) {
        return switch (golden.path("scheduler_config").path("_class_name").asText()) {
            case "RePaintScheduler" -> new RePaintCase<>(golden, arrays, type);
            case "KarrasVeScheduler" -> new KarrasVeCase<>(golden, arrays, type);
            case "ScoreSdeVeScheduler" -> new ScoreSdeVeCase<>(golden, arrays, type);
            default -> new DiffusersCase<>(golden, arrays, type);
        };
    }

    /** The largest relative error of everything the case records; the first one above the tolerance is a mismatch. */
    Result result(double allowed) {
        comparison.allow(allowed);
        DiffusersScheduler scheduler = DiffusersConfig.parse(golden.path("scheduler_config").toString().replace("\"-inf\"", "-Infinity")).scheduler();
        scheduler.table().ifPresent(betas -> {
            table("alphas_cumprod", exact.path("alphas_cumprod_at"), betas.alphasCumprod());
            table("betas", exact.path("betas_at"), betas.betas());
        });
        Run run = run(scheduler);
        Plan whole = scheduler.plan(run);
        compareTimes(whole);
        compareSigmas(whole.grid());
        comparison.check("init_noise_sigma", exact.path("init_noise_sigma").asDouble(1), whole.startScale());
        forward(scheduler, whole);
        reverse(scheduler, run, tail(whole));
        return comparison.result();
    }

    /** The recorded arguments. One that the class of Diffusers takes and does not read is refused here; what it does not change needs no repeating. */
    private Run run(DiffusersScheduler scheduler) {
        ObjectNode arguments = golden.path("set_timesteps").deepCopy();
        golden.path("step").properties().stream().filter(entry -> !scheduler.ignoredArguments().contains(entry.getKey()))
                .forEach(entry -> arguments.set(entry.getKey(), entry.getValue()));
        Run run = arguments.hasNonNull("num_inference_steps") ? Run.steps(arguments.path("num_inference_steps").asInt()) : Run.points();
        for (Map.Entry<String, JsonNode> argument : arguments.properties()) {
            if (!argument.getKey().equals("num_inference_steps")) {
                run = run.with(argument.getKey(), argument.getValue());
            }
        }
        return run;
    }

    /** The run from the recorded index of the timesteps on. */
    private Plan tail(Plan whole) {
        int begin = golden.path("begin_index").asInt(0);
        if (begin == 0) {
            return whole;
        }
        int step = IntStream.range(0, whole.steps()).filter(s -> whole.evaluationOf(s) == begin).findFirst()
                .orElseThrow(() -> new UnsupportedOperationException("begin_index " + begin + " lies inside a step"));
        return whole.from(step);
    }

    /** The timesteps as the class exposes them: one per evaluation, or one per step, with or without the end. */
    void compareTimes(Plan plan) {
        double[] expected = Comparison.doubles(exact.path("timesteps"));
        double[] perEvaluation = IntStream.range(0, plan.evaluations()).mapToDouble(plan::timestep).toArray();
        double[] perStep = IntStream.range(0, plan.steps()).mapToDouble(step -> plan.timestep(plan.evaluationOf(step))).toArray();
        double[] actual = expected.length == perEvaluation.length ? perEvaluation : perStep;
        if (expected.length == perStep.length + 1 && expected.length != perEvaluation.length) {
            actual = java.util.Arrays.copyOf(perStep, expected.length);
            actual[perStep.length] = plan.grid().to(plan.steps() - 1).time();
        }
        comparison.check("timesteps", expected, actual);
    }

    /** What the network of the case is told. */
    double told(ModelInput<A> input) {
        return input.timestep();
    }

    /** The timesteps of a class whose network is told something else. */
    final void compareGridTimes(Plan plan) {
        double[] times = IntStream.range(0, plan.steps()).mapToDouble(step -> plan.grid().from(step).time()).toArray();
        comparison.check("timesteps", Comparison.doubles(exact.path("timesteps")), times);
    }

    /** The noise levels, where the class exposes one per step and the end: u for flows, sigma / alpha otherwise. */
    private void compareSigmas(TimeGrid grid) {
        double[] expected = Comparison.doubles(exact.path("sigmas"));
        if (expected.length == grid.steps() + 1) {
            double[] actual = IntStream.rangeClosed(0, grid.steps()).mapToDouble(i -> sigma(i < grid.steps() ? grid.from(i) : grid.to(i - 1))).toArray();
            comparison.check("sigmas", expected, actual);
        }
    }

    private static double sigma(NoiseLevel level) {
        boolean straight = Math.abs(level.alpha() + level.sigma() - 1) < 1e-9;
        return straight ? level.sigma() : level.edmSigma();
    }

    void reverse(DiffusersScheduler scheduler, Run run, Plan compiled) {
        Runs<A> plan = compiled.on(comparison.arrays());
        comparison.check("evaluations", exact.path("evaluations").asDouble(), compiled.evaluations());
        NoiseSource noise = noise(compiled.evaluations());
        A start = comparison.array(golden.path("start_noise"));
        SamplerState<A> state = golden.path("begin_index").isNull() ? plan.start(start, noise) : plan.startFrom(start, noise);
        for (int i = 0; i < compiled.evaluations(); i++) {
            ModelInput<A> input = plan.input(i, state);
            if (i == 0 && exact.path("first_model_input").isArray()) {
                comparison.check("first_model_input", Comparison.doubles(exact.path("first_model_input")), comparison.values(input.sample()));
            }
            A output = network(told(input), comparison.values(input.sample()));
            if (!churnsLate()) {
                record("pred_original_samples", i, plan.denoised(i, output, state));
            }
            state = plan.step(i, output, state, noise);
            record("prev_samples", i, state.sample());
        }
    }

    /** Where noise is added after the network was evaluated, the recorded x0 belongs to a sample that the network did not see. */
    private boolean churnsLate() {
        return golden.path("step").path("s_churn").asDouble(0) > 0;
    }

    /** The recorded draws: one per call where there are as many, otherwise in the order in which the run asks for noise. */
    NoiseSource noise(int calls) {
        List<HostArray> draws = new ArrayList<>();
        golden.path("step_noise").forEach(draw -> draws.add(comparison.host(draw)));
        boolean thrownAway = golden.path("scheduler_config").path("_class_name").asText().equals("CogVideoXDPMScheduler");
        if (thrownAway && calls > 1) {
            // Two draws in every step but the first and the last, of which the second is used.
            return RecordedNoise.ofSteps(HostArrays.HEAP, IntStream.range(0, calls).mapToObj(i -> draws.get(Math.min(2 * i, draws.size() - 1))).toList());
        }
        return draws.size() == calls ? RecordedNoise.ofSteps(HostArrays.HEAP, draws) : new InOrder(draws);
    }

    void record(String part, int call, A actual) {
        JsonNode expected = exact.path(part).path(Integer.toString(call));
        if (expected.isArray()) {
            comparison.check(part + "[" + call + "]", Comparison.doubles(expected), comparison.values(actual));
        }
    }

    private void forward(DiffusersScheduler scheduler, Plan plan) {
        A clean = comparison.array(golden.path("clean"));
        A noise = comparison.array(golden.path("noise_for_add_noise"));
        JsonNode noised = exact.path("add_noise");
        if (noised.has("result")) {
            comparison.check("add_noise", Comparison.doubles(noised.path("result")),
                    comparison.values(scheduler.addNoise(plan.on(comparison.arrays()), clean, noise, Comparison.doubles(noised.path("timesteps")))));
        }
        JsonNode velocity = exact.path("get_velocity");
        if (velocity.has("result")) {
            comparison.check("get_velocity", Comparison.doubles(velocity.path("result")),
                    comparison.values(scheduler.on(comparison.arrays()).velocity(clean, noise, Comparison.doubles(velocity.path("timesteps")))));
        }
    }

    private void table(String name, JsonNode expected, double[] actual) {
        for (Map.Entry<String, JsonNode> entry : expected.properties()) {
            comparison.check(name + "[" + entry.getKey() + "]", entry.getValue().asDouble(), actual[Integer.parseInt(entry.getKey())]);
        }
    }

    /** The networks of the cases: a smooth non-linear function of sample and time. */
    A network(double t, double[] x) {
        boolean peer = golden.path("model").asText().equals("peer");
        if (!peer && !golden.path("model").asText().equals("tanh")) {
            throw new UnsupportedOperationException("model " + golden.path("model") + " is not known");
        }
        double[] mean = java.util.Arrays.stream(x).map(v -> peer ? v * t / (t + 1) : 0.7 * Math.tanh(v) + 0.2 * Math.sin(0.01 * t)).toArray();
        if (!golden.path("model_has_variance_channels").asBoolean()) {
            return comparison.array(mean);
        }
        double[] variance = java.util.Arrays.stream(x).map(v -> 0.5 * Math.cos(1.7 * v)).toArray();
        return channels(mean, variance);
    }

    /** Two parts of the channels of each sample. */
    private A channels(double[] first, double[] second) {
        long[] shape = comparison.shape();
        int length = first.length / (int) shape[0];
        double[] both = new double[2 * first.length];
        for (int sample = 0; sample < shape[0]; sample++) {
            System.arraycopy(first, sample * length, both, 2 * sample * length, length);
            System.arraycopy(second, sample * length, both, (2 * sample + 1) * length, length);
        }
        shape[1] *= 2;
        return comparison.array(both, shape);
    }
}
