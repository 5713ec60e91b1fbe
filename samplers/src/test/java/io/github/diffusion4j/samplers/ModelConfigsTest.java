package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The {@code scheduler_config.json} of models people load: they load, plan runs of any length, and are written back without loss. */
class ModelConfigsTest {

    private static final Path MODELS = Path.of("src/test/resources/models");
    private static final JsonMapper JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    /** Runs that the class itself cannot make, in Diffusers either. */
    private static final Map<String, Set<Integer>> IMPOSSIBLE = Map.of("UnCLIPScheduler", Set.of(1), "MiniMaxH3Scheduler", Set.of(1),
            "ConsistencyDecoderScheduler", Set.of(1, 20, 50), "CMStochasticIterativeScheduler", Set.of(50));

    static List<Path> models() throws IOException {
        try (Stream<Path> files = Files.list(MODELS)) {
            return files.sorted().toList();
        }
    }

    private static Run run(DiffusersConfig config, int steps) {
        boolean dynamic = config.toJson().contains("\"use_dynamic_shifting\" : true");
        return dynamic ? Run.steps(steps).with("mu", 0.8) : Run.steps(steps);
    }

    @ParameterizedTest
    @MethodSource("models")
    void loads_plans_and_is_written_back(Path file) throws IOException {
        DiffusersConfig config = DiffusersConfig.load(file);
        DiffusersScheduler scheduler = config.scheduler();
        for (int steps : new int[] {1, 2, 20, 50}) {
            if (IMPOSSIBLE.getOrDefault(scheduler.name(), Set.of()).contains(steps)) {
                assertThrows(IllegalArgumentException.class, () -> scheduler.plan(run(config, steps)));
                continue;
            }
            Plan plan = scheduler.plan(run(config, steps));
            int expected = scheduler.name().equals("MiniMaxH3Scheduler") ? steps - 1 : steps;
            assertEquals(expected, plan.steps(), file + " with " + steps + " steps");
            assertTrue(plan.evaluations() >= expected);
        }
        assertEquals(JSON.readTree(Files.readString(file)), JSON.readTree(config.toJson()));
        assertEquals(scheduler, DiffusersConfig.parse(config.toJson()).scheduler());
    }

    @Test
    void a_model_folder_is_enough(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("model/scheduler"));
        Files.copy(MODELS.resolve("sdxl-base.json"), folder.resolve("model/scheduler/scheduler_config.json"));
        DiffusersConfig config = DiffusersConfig.load(folder.resolve("model"));
        assertEquals(config, DiffusersConfig.load(folder.resolve("model/scheduler")));
        try (var stream = Files.newInputStream(MODELS.resolve("sdxl-base.json"))) {
            assertEquals(config, DiffusersConfig.read(stream));
        }
        config.save(folder.resolve("copy.json"));
        assertEquals(config, DiffusersConfig.load(folder.resolve("copy.json")));
        assertEquals(951, config.scheduler().plan(20).timestep(0));
    }

    @Test
    void minus_infinity_survives_as_python_writes_it() throws IOException {
        String text = DiffusersConfig.load(MODELS.resolve("sana.json")).toJson();
        assertTrue(text.contains("\"lambda_min_clipped\" : -Infinity"), text);
    }

    @Test
    void lint_tells_other_classes_keys_from_unknown_ones() {
        DiffusersConfig config = DiffusersConfig.parse("""
                {"_class_name": "EulerDiscreteScheduler", "skip_prk_steps": true, "use_karas_sigmas": true, "timestep_spacing": "leading"}""");
        DiffusersConfig.Lint lint = config.lint();
        assertEquals(List.of("use_karas_sigmas"), lint.unknown());
        assertEquals(List.of("skip_prk_steps"), lint.ofOtherClasses());
        assertTrue(!lint.clean() && DiffusersConfig.of("EulerDiscreteScheduler").lint().clean());
        assertEquals(List.of("solver_type: bh2 -> midpoint"),
                DiffusersConfig.parse("{\"_class_name\": \"DPMSolverMultistepScheduler\", \"solver_type\": \"bh2\"}").lint().renamed());
    }

    @Test
    void lint_tells_of_a_ramp_that_begins_far_above_the_data() {
        DiffusersConfig cosine = DiffusersConfig.parse("{\"_class_name\": \"DPMSolverMultistepScheduler\", \"beta_schedule\": \"squaredcos_cap_v2\", \"use_karras_sigmas\": true}");
        assertTrue(cosine.lint().odd().get(0).contains("begins at sigma 20291"), cosine.lint()::toString);
        assertEquals(List.of(), cosine.with("use_karras_sigmas", false).lint().odd());
        assertEquals(List.of(), cosine.with("beta_schedule", "scaled_linear").lint().odd());
    }

    @Test
    void another_solver_keeps_the_process() throws IOException {
        DiffusersConfig sdxl = DiffusersConfig.load(MODELS.resolve("sdxl-base.json"));
        DiffusersConfig.Swap swap = sdxl.as("DPMSolverMultistepScheduler");
        assertTrue(swap.carried().containsAll(List.of("beta_start", "beta_end", "prediction_type", "timestep_spacing", "use_karras_sigmas")));
        assertEquals(List.of("clip_sample", "interpolation_type", "set_alpha_to_one", "skip_prk_steps"), swap.dropped().stream().sorted().toList());
        assertEquals(941, swap.config().scheduler().plan(20).timestep(0));
        assertEquals(sdxl, swap.config().as("EulerDiscreteScheduler").config());
        assertEquals(swap.config().scheduler(), sdxl.as(io.github.diffusion4j.samplers.diffusers.DPMSolverMultistepScheduler.class).config().scheduler());
    }

    @Test
    void keys_of_other_classes_have_no_effect() throws IOException {
        DiffusersConfig sdxl = DiffusersConfig.load(MODELS.resolve("sdxl-base.json"));
        Plan plan = sdxl.as("DPMSolverSinglestepScheduler").config().scheduler().plan(10);
        assertEquals(999, plan.timestep(0), "DPMSolverSinglestep has no timestep_spacing");
        Plan hidden = sdxl.as("LMSDiscreteScheduler").config().with("use_exponential_sigmas", true).scheduler().plan(5);
        assertEquals(0.1, DiffusersConfig.parse(sdxl.as("LMSDiscreteScheduler").config().with("use_exponential_sigmas", true).toJson()
                .replace("{", "{\"sigma_min\": 0.1,")).scheduler().plan(5).level(4).sigma(), 1e-12, "but sigma_min of another class is found");
        assertTrue(hidden.level(4).sigma() < 0.1);
    }

    @Test
    void every_class_loads_with_its_defaults() {
        assertEquals(44, DiffusersConfig.classNames().size());
        for (String name : DiffusersConfig.classNames()) {
            DiffusersScheduler scheduler = DiffusersConfig.of(name).scheduler();
            assertEquals(name, scheduler.name());
            assertEquals(name, scheduler.getClass().getSimpleName());
            assertEquals(2, scheduler.plan(name.equals("MiniMaxH3Scheduler") ? 3 : 2).steps(), name);
        }
    }

    @Test
    void arguments_that_a_class_does_not_take_are_refused() {
        DiffusersScheduler scheduler = DiffusersConfig.of("EulerAncestralDiscreteScheduler").scheduler();
        String message = assertThrows(IllegalArgumentException.class, () -> scheduler.plan(Run.steps(4).with("eta", 1.0))).getMessage();
        assertTrue(message.contains("eta") && message.contains("timesteps"), message);
    }

    /** Diffusers' pipelines run FLUX.1-dev at 256 x 256 pixels with 0.5 and at 1024 x 1024 with 1.15. */
    @Test
    void a_shift_by_resolution_is_the_line_of_the_config() throws IOException {
        DiffusersScheduler flux = DiffusersConfig.load(MODELS.resolve("flux.1-dev.json")).scheduler();
        assertEquals(0.5, flux.mu(256).orElseThrow(), 1e-15);
        assertEquals(1.15, flux.mu(4096).orElseThrow(), 1e-15);
        assertTrue(DiffusersConfig.load(MODELS.resolve("stable-diffusion-3.json")).scheduler().mu(256).isEmpty());
    }
}
