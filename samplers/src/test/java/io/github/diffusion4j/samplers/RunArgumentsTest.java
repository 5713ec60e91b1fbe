package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.RePaintScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.diffusers.SigmasMeaning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every argument of a run has its effect, or is refused with the reason. */
class RunArgumentsTest {

    /** Two values of each argument that should make two runs, within the range of every class. */
    private static final Map<String, List<Object>> VALUES = Map.ofEntries(Map.entry("mu", List.of(0.4, 1.3)), Map.entry("s_churn", List.of(1.0, 2.5)),
            Map.entry("s_tmin", List.of(0.01, 0.9)), Map.entry("s_tmax", List.of(0.95, 1e9)), Map.entry("s_noise", List.of(0.9, 1.1)), Map.entry("eta", List.of(0.3, 0.8)),
            Map.entry("use_clipped_model_output", List.of(true, false)), Map.entry("strength", List.of(0.5, 1.0)), Map.entry("original_inference_steps", List.of(30, 50)),
            Map.entry("order", List.of(1, 3)), Map.entry("stage_index", List.of(0, 2)), Map.entry("sampling_eps", List.of(1e-3, 0.6)), Map.entry("max_timesteps", List.of(1.5, 1.3)),
            Map.entry("intermediate_timesteps", List.of(1.2, 0.9)), Map.entry("jump_length", List.of(1, 2)), Map.entry("jump_n_sample", List.of(2, 3)));

    static List<String> classes() {
        return List.copyOf(DiffusersConfig.classNames());
    }

    /** Points on the scale that a class has. */
    private static double[] points(DiffusersConfig config, String kind, int count, boolean second) {
        double bend = second ? 1.4 : 1;
        double[] fractions = IntStream.range(0, count).mapToDouble(i -> Math.pow(1 - (i + 0.5) / (count + 1), bend)).toArray();
        boolean rising = config.className().equals("EDMEulerScheduler") && kind.equals("sigmas");
        double top = switch (config.className()) {
            case "DDPMWuerstchenScheduler", "EDMEulerScheduler", "LTXEulerAncestralRFScheduler", "MiniMaxH3Scheduler", "HeliosScheduler", "HeliosDMDScheduler" -> 1;
            case "SCMScheduler" -> 1.5;
            case "CMStochasticIterativeScheduler" -> 39;
            default -> kind.equals("timesteps") ? 999 : config.className().contains("Flow") || config.toJson().contains("\"use_flow_sigmas\" : true") ? 1 : 14;
        };
        boolean whole = kind.equals("timesteps") && top > 30;
        return java.util.Arrays.stream(fractions).map(f -> rising ? 1 - f : whole ? Math.floor(f * top) : f * top).toArray();
    }

    private static Object value(DiffusersConfig config, String argument, int steps, boolean second) {
        boolean points = argument.equals("timesteps") || argument.equals("sigmas");
        Object given = points ? points(config, argument, steps, second) : VALUES.get(argument).get(second ? 1 : 0);
        // Limits within the levels of a run: times of a flow, or sigmas of which the largest are beyond 14.
        return argument.startsWith("s_t") && !config.className().startsWith("Flow") ? 10 * (double) given : given;
    }

    /** What a run is: its plan, and for RePaint the order of its steps. */
    private static String identity(DiffusersConfig config, Run run) {
        DiffusersScheduler scheduler = config.scheduler();
        return scheduler.plan(run).fingerprint() + (scheduler instanceof RePaintScheduler repaint ? repaint.moves(run) : "");
    }

    private static Run run(DiffusersConfig config, Set<String> arguments, int steps, String changed) {
        Run run = arguments.contains("timesteps") || arguments.contains("sigmas") ? Run.points() : Run.steps(steps);
        for (String argument : arguments) {
            run = run.with(argument, value(config, argument, steps, argument.equals(changed)));
        }
        return run;
    }

    /** What an argument needs beside it. */
    private static final Map<String, Set<String>> NEEDS = Map.of("s_tmin", Set.of("s_churn"), "s_tmax", Set.of("s_churn"), "s_noise", Set.of("s_churn"), "jump_n_sample", Set.of("jump_length"),
            "jump_length", Set.of("jump_n_sample"));

    @ParameterizedTest
    @MethodSource("classes")
    void no_argument_of_any_class_is_dead(String name) {
        for (String argument : DiffusersConfig.of(name).scheduler().runArguments()) {
            // A config of LTX holds the keys of the flow class whose grid it borrows.
            DiffusersConfig config = name.startsWith("LTX") && argument.equals("mu")
                    ? DiffusersConfig.parse("{\"_class_name\": \"" + name + "\", \"use_dynamic_shifting\": true}") : DiffusersConfig.of(name);
            for (String key : List.of("use_dynamic_shifting", "use_flow_sigmas")) {
                config = argument.equals("mu") && config.has(key) ? config.with(key, true) : config;
            }
            Set<String> arguments = new TreeSet<>(NEEDS.getOrDefault(argument, Set.of()));
            arguments.retainAll(config.scheduler().runArguments());
            arguments.add(argument);
            int steps = argument.equals("intermediate_timesteps") ? 2 : 6;
            String one = identity(config, run(config, arguments, steps, ""));
            assertTrue(changes(config, arguments, steps, argument, one), () -> argument + " of " + name + " has no effect");
        }
    }

    /** Whether another value of an argument, or leaving it out, makes another run, or none. (TCD asks only whether original_inference_steps is given.) */
    private static boolean changes(DiffusersConfig config, Set<String> arguments, int steps, String argument, String identity) {
        Set<String> without = new TreeSet<>(arguments);
        without.remove(argument);
        for (Run other : List.of(run(config, arguments, steps, argument), run(config, without, steps, ""))) {
            try {
                if (!identity(config, other).equals(identity)) {
                    return true;
                }
            } catch (IllegalArgumentException e) {
                return true;
            }
        }
        return false;
    }

    @Provide
    Arbitrary<DiffusersConfig> configs() {
        Arbitrary<DiffusersConfig> config = Arbitraries.of(classes()).map(DiffusersConfig::of);
        for (String key : List.of("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas", "use_flow_sigmas", "use_dynamic_shifting")) {
            config = Combinators.combine(config, Arbitraries.integers().between(0, 3)).as((c, i) -> i == 0 && c.has(key) ? c.with(key, true) : c);
        }
        for (Map.Entry<String, List<String>> key : Map.of("interpolation_type", List.of("linear", "log_linear"), "sigma_schedule", List.of("karras", "exponential"),
                "final_sigmas_type", List.of("zero", "sigma_min")).entrySet()) {
            config = Combinators.combine(config, Arbitraries.of(key.getValue())).as((c, value) -> c.has(key.getKey()) ? c.with(key.getKey(), value) : c);
        }
        return config;
    }

    /** Whatever else is asked for: what a run accepts does something. */
    @Property(tries = 4000, seed = "42")
    void no_argument_dies_in_company(@ForAll("configs") DiffusersConfig config, @ForAll @IntRange(min = 0, max = 1 << 20) int choice, @ForAll @IntRange(min = 4, max = 9) int steps) {
        List<String> all;
        try {
            all = List.copyOf(config.scheduler().runArguments());
        } catch (IllegalArgumentException e) {
            return;
        }
        Set<String> arguments = IntStream.range(0, all.size()).filter(i -> (choice >> i & 1) == 1).mapToObj(all::get).collect(Collectors.toCollection(TreeSet::new));
        String one;
        try {
            one = identity(config, run(config, arguments, steps, ""));
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().length() > 20, e.getMessage());
            return;
        }
        for (String argument : arguments) {
            // TCD's grids of all timesteps and of some agree for some numbers of steps.
            assertTrue(argument.equals("original_inference_steps") && config.className().equals("TCDScheduler") || changes(config, arguments, steps, argument, one), () -> argument + " changes nothing in " + run(config, arguments, steps, "") + " of " + config);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "EulerDiscreteScheduler | use_karras_sigmas | timesteps", "HeunDiscreteScheduler | use_beta_sigmas | timesteps", "LMSDiscreteScheduler | use_karras_sigmas | timesteps",
        "KDPM2DiscreteScheduler | use_exponential_sigmas | timesteps", "DPMSolverMultistepScheduler | use_lu_lambdas | timesteps", "DPMSolverSinglestepScheduler | use_karras_sigmas | timesteps",
        "UniPCMultistepScheduler | use_beta_sigmas | timesteps", "DEISMultistepScheduler | use_karras_sigmas | timesteps", "SASolverScheduler | use_karras_sigmas | timesteps",
        "DPMSolverMultistepScheduler | use_flow_sigmas | timesteps"})
    void timesteps_are_refused_where_the_config_picks_the_levels(String name, String key, String argument) {
        DiffusersScheduler scheduler = DiffusersConfig.of(name).with(key, true).scheduler();
        says(() -> scheduler.plan(Run.timesteps(900, 500, 100)), "timesteps=[900.0,500.0,100.0]", key);
    }

    private static void says(org.junit.jupiter.api.function.Executable refused, String... words) {
        String message = assertThrows(IllegalArgumentException.class, refused).getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), () -> "'" + word + "' is not in: " + message);
        }
    }

    @Test
    void contradictions_are_refused() {
        DiffusersScheduler euler = DiffusersConfig.of("EulerDiscreteScheduler").scheduler();
        says(() -> euler.plan(Run.steps(7).with("timesteps", new double[] {900, 100})), "num_inference_steps 7", "2 steps");
        says(() -> euler.plan(Run.steps(3).with("sigmas", new double[] {5, 2, 0})), "num_inference_steps 3", "2 steps");
        assertEquals(2, euler.plan(Run.steps(2).with("sigmas", new double[] {5, 2, 0})).steps());
        says(() -> euler.plan(Run.timesteps(900, 100).with("sigmas", new double[] {5, 2, 0})), "timesteps", "beside sigmas");
        says(() -> euler.plan(Run.timesteps()), "timesteps", "without entries");
        says(() -> euler.plan(Run.sigmas()), "sigmas", "without entries");
        says(() -> euler.plan(Run.sigmas(5)), "sigmas", "where the run ends");
        says(() -> euler.plan(Run.steps(4).with("s_noise", 1.1)), "s_noise", "s_churn");
        says(() -> DiffusersConfig.of("FlowMatchEulerDiscreteScheduler").scheduler().plan(Run.steps(4).with("s_churn", 1.0)), "s_churn", "no effect");
        says(() -> DiffusersConfig.of("CogVideoXDDIMScheduler").scheduler().plan(Run.steps(4).with("eta", 0.7)), "eta", "no effect");
        says(() -> DiffusersConfig.of("DPMSolverMultistepScheduler").scheduler().plan(Run.steps(4).with("mu", 0.7)), "mu", "use_flow_sigmas");
        says(() -> DiffusersConfig.of("CMStochasticIterativeScheduler").scheduler().plan(Run.timesteps(39, 30, 12, 15, 0)), "timesteps", "fall strictly");
        says(() -> DiffusersConfig.of("LCMScheduler").scheduler().plan(Run.timesteps(999, 499).with("original_inference_steps", 50)), "original_inference_steps");
        says(() -> DiffusersConfig.of("EDMEulerScheduler").with("sigma_schedule", "exponential").scheduler().plan(Run.sigmas(0, 0.5, 1)), "sigmas", "sigma_schedule");
        says(() -> euler.plan(Run.points().with("num_inference_steps", "many")), "num_inference_steps", "many");
        says(() -> euler.plan(Run.points().with("num_inference_steps", 0)), "num_inference_steps", "0");
    }

    @Test
    void a_flow_shifts_given_sigmas_in_every_class() {
        double[] sigmas = {1, 0.75, 0.5, 0.25};
        for (String name : List.of("DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler", "DEISMultistepScheduler", "UniPCMultistepScheduler")) {
            DiffusersConfig config = DiffusersConfig.of(name).with("use_flow_sigmas", true).with("prediction_type", "flow_prediction");
            for (Plan plan : List.of(config.with("flow_shift", 3).scheduler().plan(Run.sigmas(sigmas)),
                    config.with("use_dynamic_shifting", true).scheduler().plan(Run.sigmas(sigmas).with("mu", Math.log(3))))) {
                assertArrayEquals(new double[] {1, 0.9, 0.75, 0.5}, IntStream.range(0, 4).mapToDouble(i -> plan.level(i).sigma()).toArray(), 2e-6, name);
            }
        }
    }

    /** What the last sigma means is what the plan does with it. */
    @ParameterizedTest
    @MethodSource("classes")
    void the_last_sigma_means_what_the_class_says(String name) {
        DiffusersConfig config = DiffusersConfig.of(name);
        DiffusersScheduler scheduler = config.scheduler();
        if (scheduler.meaningOfSigmas() == SigmasMeaning.NONE) {
            says(() -> scheduler.plan(Run.sigmas(5, 2, 1)), "sigmas");
            return;
        }
        double[] sigmas = points(config, "sigmas", 5, false);
        Plan plan = scheduler.plan(Run.sigmas(sigmas));
        double end = plan.grid().to(plan.steps() - 1).sigma();
        boolean variancePreserving = Math.abs(Math.hypot(plan.level(0).alpha(), plan.level(0).sigma()) - 1) < 1e-9;
        double last = variancePreserving ? sigmas[4] / Math.hypot(1, sigmas[4]) : sigmas[4];
        switch (scheduler.meaningOfSigmas()) {
            case END -> {
                assertEquals(4, plan.steps());
                assertEquals(last, end, 1e-12);
            }
            case START -> {
                assertEquals(5, plan.steps());
                assertTrue(end < last - 1e-6, name);
            }
            case START_AND_END -> {
                assertEquals(5, plan.steps());
                assertTrue(plan.grid().still(4), name);
            }
            default -> assertEquals(5, plan.steps());
        }
        assertTrue(plan.describe().toString().contains("ends at"), "the description tells the end");
    }

    @Test
    void churn_is_divided_by_the_levels_that_diffusers_has() {
        DiffusersConfig config = DiffusersConfig.of("EulerDiscreteScheduler");
        for (boolean logLinear : new boolean[] {false, true}) {
            DiffusersConfig kind = config.with("interpolation_type", logLinear ? "log_linear" : "linear");
            Plan plan = kind.scheduler().plan(Run.steps(8).with("s_churn", 2.0));
            double lift = 1 + 2.0 / (logLinear ? 9 : 8);
            double sigma = plan.level(0).sigma();
            double next = plan.grid().to(0).sigma();
            double keep = next / (sigma * lift);
            // Epsilon prediction: the lifted estimate is x^ - s^ output, so that x' = x^ + (s' - s^) output.
            assertEquals(next - sigma * lift, plan.describe().rows().get(0).weights().get("next").get("output"), 1e-9 * sigma, () -> "keep " + keep);
        }
    }

    @Test
    void the_older_conventions_still_count() {
        List<String> taking = new ArrayList<>(classes());
        taking.removeIf(name -> DiffusersConfig.of(name).scheduler().meaningOfSigmas() == SigmasMeaning.NONE);
        assertTrue(taking.containsAll(List.of("EulerDiscreteScheduler", "DPMSolverMultistepScheduler", "FlowMatchEulerDiscreteScheduler", "EDMEulerScheduler")), taking::toString);
    }
}
