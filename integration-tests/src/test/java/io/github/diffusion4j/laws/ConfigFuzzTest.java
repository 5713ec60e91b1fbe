package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Configs and runs of real keys with values of any JSON type, 50,000 of them: a plan whose numbers are finite, or a refusal that names a key of what was given. Nothing else leaves the
 * library: no other exception, no endless loop, no memory that the input did not earn.
 */
class ConfigFuzzTest {

    private static final int CASES = 50_000;
    private static final long SEED = 42;

    private static final JsonMapper JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    /** Values as text, of every JSON type: what keys take, what they nearly take, and what they do not take at all. */
    private static final List<String> VALUES = List.of("null", "true", "false", "0", "1", "2", "3", "7", "20", "-1", "1000", "100", "1e9", "1000000000", "-5", "0.5", "0.02", "0.0001", "1.5",
            "80", "14.6", "1e300", "-1e300", "1e-300", "\"\"", "\"epsilon\"", "\"v_prediction\"", "\"sample\"", "\"flow_prediction\"", "\"linear\"", "\"scaled_linear\"",
            "\"squaredcos_cap_v2\"", "\"leading\"", "\"trailing\"", "\"linspace\"", "\"zero\"", "\"sigma_min\"", "\"dpmsolver++\"", "\"sde-dpmsolver++\"", "\"dpmsolver\"", "\"heun\"",
            "\"midpoint\"", "\"bh1\"", "\"exponential\"", "\"karras\"", "\"log_linear\"", "\"continuous\"", "\"learned_range\"", "\"fixed_small\"", "\"-inf\"", "\"Infinity\"", "\"12\"",
            "\"nonsense\"", "[]", "[1]", "[0.1, 0.3]", "[999, 500, 1]", "[39, 30, 12, 15, 0]", "[0, 0.3333, 0.6667, 1]", "[1, 0.75, 0.5, 0.25]", "[5, 5, 3, 0]", "[0.9, 0.9]", "[1, 2, 3]",
            "[-1, -2]", "[null]", "[\"a\"]", "[[1]]", "[1e300]", "{}", "{\"a\": 1}", "[1000, 999]", "[14.6, 3, 0.5, 0]");

    private static final List<String> RUN_ARGUMENTS = List.of("timesteps", "sigmas", "mu", "eta", "s_churn", "s_tmin", "s_tmax", "s_noise", "strength", "order", "jump_length",
            "jump_n_sample", "original_inference_steps", "intermediate_timesteps", "max_timesteps", "stage_index", "sampling_eps", "use_clipped_model_output", "num_inference_steps");

    /** The keys of all classes. */
    private static List<String> keys() throws IOException {
        Set<String> keys = new TreeSet<>();
        try (InputStream in = DiffusersConfig.class.getResourceAsStream("classes.json")) {
            JSON.readTree(in).forEach(entry -> entry.path("config").fieldNames().forEachRemaining(keys::add));
        }
        return List.copyOf(keys);
    }

    private static JsonNode value(SplittableRandom random) {
        try {
            return JSON.readTree(VALUES.get(random.nextInt(VALUES.size())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode config(SplittableRandom random, List<String> names, List<String> keys) {
        String name = names.get(random.nextInt(names.size()));
        DiffusersConfig defaults = DiffusersConfig.of(name);
        List<String> own = keys.stream().filter(defaults::has).toList();
        ObjectNode config = JSON.createObjectNode().put("_class_name", name);
        for (int count = random.nextInt(4); count > 0; count--) {
            boolean foreign = own.isEmpty() || random.nextInt(8) == 0;
            config.set(foreign ? keys.get(random.nextInt(keys.size())) : own.get(random.nextInt(own.size())), value(random));
        }
        return config;
    }

    private static Run run(SplittableRandom random, Set<String> given, Set<String> taken) {
        Run run = random.nextInt(5) == 0 ? Run.points() : Run.steps(1 + random.nextInt(random.nextInt(20) == 0 ? 1200 : 25));
        given.add("num_inference_steps");
        List<String> own = List.copyOf(taken);
        for (int count = random.nextInt(3); count > 0; count--) {
            boolean foreign = own.isEmpty() || random.nextInt(8) == 0;
            String argument = foreign ? RUN_ARGUMENTS.get(random.nextInt(RUN_ARGUMENTS.size())) : own.get(random.nextInt(own.size()));
            run = run.with(argument, value(random));
            given.add(argument);
        }
        return run;
    }

    @Test
    void a_plan_or_a_refusal_that_names_a_key() throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        List<String> names = List.copyOf(DiffusersConfig.classNames());
        List<String> keys = keys();
        int plans = 0;
        List<String> bad = new ArrayList<>();
        for (int i = 0; i < CASES; i++) {
            ObjectNode config = config(random, names, keys);
            Set<String> given = new TreeSet<>();
            config.fieldNames().forEachRemaining(given::add);
            String asked = config.toString();
            try {
                DiffusersScheduler scheduler = DiffusersConfig.parse(asked).scheduler();
                Run run = run(random, given, scheduler.runArguments());
                asked += " " + run;
                Plan plan = scheduler.plan(run);
                plans++;
                if (!finite(plan)) {
                    bad.add("not finite: " + asked);
                }
            } catch (IllegalArgumentException e) {
                String message = String.valueOf(e.getMessage());
                if (given.stream().noneMatch(message::contains) || message.length() < 20) {
                    bad.add("names no key: " + asked + ": " + message);
                }
            } catch (RuntimeException | Error e) {
                bad.add(asked + ": " + e);
            }
        }
        int made = plans;
        assertTrue(bad.isEmpty(), () -> bad.size() + " of " + CASES + ", the first of them:\n" + String.join("\n", bad.subList(0, Math.min(20, bad.size()))));
        assertTrue(made > CASES / 10, () -> "only " + made + " plans were made");
    }

    private static boolean finite(Plan plan) {
        return plan.describe().rows().stream().flatMap(row -> row.weights().values().stream()).flatMap(part -> part.values().stream()).allMatch(Double::isFinite);
    }
}
