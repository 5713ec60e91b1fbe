package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.names.Names;
import io.github.diffusion4j.samplers.names.SigmaSampler;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.TrainedSigmas;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Another solver for the same model is the same model: the network sees, is told and is read as before, at every noise level; or it is refused, with what would be lost. */
class SameModelTest {

    private static final Path MODELS = Path.of("src/test/resources/models");

    static List<Path> models() throws IOException {
        return ModelConfigsTest.models();
    }

    private static DiffusersConfig model(String name) {
        try {
            return DiffusersConfig.load(MODELS.resolve(name + ".json"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean dynamic(DiffusersConfig config) {
        return config.toJson().contains("\"use_dynamic_shifting\" : true");
    }

    /** What the network sees of data and noise, is told, and is asked for, at a level: independent of the scale of the level. */
    private static double[] network(Parameterization parameterization, NoiseLevel level) {
        double scale = parameterization.inputScale(level);
        Parameterization.Weights target = parameterization.target(level);
        return new double[] {scale * level.alpha(), scale * level.sigma(), parameterization.conditioning(level), target.first(), target.second()};
    }

    /** The levels of a run of the one, found again on the other by their noise. */
    private static void same(Scheduler model, Scheduler other, Plan plan, String what) {
        for (int i = 0; i < plan.evaluations(); i++) {
            NoiseLevel level = plan.level(i);
            if (level.alpha() < 1e-3 || level.sigma() == 0) {
                // Where tables of zero terminal SNR are patched, and where inversion starts.
                continue;
            }
            double[] expected = network(model.parameterization(), model.schedule().atEdmSigma(level.edmSigma()));
            double[] actual = network(other.parameterization(), level);
            // Timesteps are rounded by some classes and by ComfyUI; inversion tells the time that a step ends at, as in Diffusers.
            double told = other.name().equals("DDIMInverseScheduler") ? Double.MAX_VALUE : Math.max(1, Math.abs(expected[2]) * 1e-6);
            for (int part = 0; part < expected.length; part++) {
                assertEquals(expected[part], actual[part], part == 2 ? told : 1e-6 * Math.max(1, Math.abs(expected[part])), what + " at " + level);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void every_class_carries_the_model_or_refuses_it(Path file) throws IOException {
        DiffusersConfig config = DiffusersConfig.load(file);
        List<String> carried = new ArrayList<>();
        for (String name : DiffusersConfig.classNames()) {
            DiffusersConfig other;
            try {
                other = config.as(name).config();
            } catch (IllegalArgumentException e) {
                assertTrue(e.getMessage().contains("would be another model: ") && e.getMessage().contains("composed(solver)"), e.getMessage());
                continue;
            }
            carried.add(name);
            if (name.equals("DDIMInverseScheduler") && config.scheduler().parameterization().equals(Parameterization.sample())) {
                // Data prediction says nothing about the noise where inversion starts.
                continue;
            }
            DiffusersScheduler scheduler = other.scheduler();
            int steps = List.of("ConsistencyDecoderScheduler").contains(name) ? 2 : 8;
            Run run = dynamic(config) && scheduler.runArguments().contains("mu") ? Run.steps(steps).with("mu", 0.8) : Run.steps(steps);
            same(config.scheduler(), scheduler, scheduler.plan(run), file.getFileName() + " as " + name);
        }
        assertTrue(carried.contains(config.className()));
    }

    /** A model people sample in many ways keeps its many ways. */
    @Test
    void what_can_be_carried_is_carried() {
        for (String name : List.of("DDIMScheduler", "DPMSolverMultistepScheduler", "UniPCMultistepScheduler", "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler", "HeunDiscreteScheduler",
                "LMSDiscreteScheduler", "KDPM2DiscreteScheduler", "DEISMultistepScheduler", "SASolverScheduler", "LCMScheduler", "TCDScheduler", "PNDMScheduler", "CogVideoXDDIMScheduler")) {
            assertEquals(name, model("sdxl-base").as(name).config().className());
        }
        for (String name : List.of("UniPCMultistepScheduler", "DPMSolverMultistepScheduler", "FlowMatchHeunDiscreteScheduler", "FlowMatchLCMScheduler", "SASolverScheduler")) {
            assertEquals(name, model("stable-diffusion-3").as(name).config().className());
        }
    }

    @Test
    void a_flow_keeps_prediction_and_shift_in_classes_that_can_have_them() {
        DiffusersConfig.Swap unipc = model("stable-diffusion-3").as("UniPCMultistepScheduler");
        assertEquals(new TreeSet<>(List.of("flow_shift", "prediction_type", "use_flow_sigmas")), new TreeSet<>(unipc.told()));
        Plan plan = unipc.config().scheduler().plan(Run.sigmas(1, 0.75, 0.5, 0.25));
        assertArrayEquals(new double[] {1, 0.9, 0.75, 0.5}, IntStream.range(0, 4).mapToDouble(i -> plan.level(i).sigma()).toArray(), 2e-6);
        says(() -> model("stable-diffusion-3").as("EulerAncestralDiscreteScheduler"), "would be another model", "FLOW would be read as");
        says(() -> model("flux.1-dev").as("FlowMatchHeunDiscreteScheduler"), "the shift of its times", "dynamic exponential shift");
        says(() -> model("stable-video-diffusion-xt").as("DPMSolverMultistepScheduler"), "what the network is told");
    }

    @Test
    void defaults_of_another_class_do_not_replace_the_model() {
        DiffusersConfig pixels = DiffusersConfig.of("DDPMScheduler").with("prediction_type", "v_prediction");
        DiffusersScheduler heun = pixels.as("HeunDiscreteScheduler").config().scheduler();
        assertArrayEquals(pixels.scheduler().table().orElseThrow().alphasCumprod(), heun.table().orElseThrow().alphasCumprod());
        says(() -> pixels.as("RePaintScheduler"), "the prediction");
        says(() -> pixels.as("UnCLIPScheduler"), "v_prediction");
        says(() -> pixels.as("EDMEulerScheduler"), "the prediction", "what the network is told");
        says(() -> pixels.with("rescale_betas_zero_snr", true).as("HeunDiscreteScheduler"), "the betas");
    }

    @ParameterizedTest
    @MethodSource("models")
    void every_name_is_put_on_the_model_or_refuses_it(Path file) throws IOException {
        DiffusersConfig config = DiffusersConfig.load(file);
        DiffusersScheduler model = config.scheduler();
        TreeMap<String, String> refused = new TreeMap<>();
        for (String name : Names.comfySamplers().keySet()) {
            SigmaSampler sampler = Names.comfy(name, "simple");
            Scheduler named;
            try {
                named = dynamic(config) ? sampler.on(config, 0.8) : sampler.on(config);
            } catch (IllegalArgumentException e) {
                refused.put(name, e.getMessage());
                continue;
            }
            Plan plan = named.plan(10);
            assertEquals(10, plan.steps());
            if (named.schedule() instanceof Flow) {
                for (int i = 0; i < plan.evaluations(); i++) {
                    double u = plan.level(i).sigma();
                    boolean inverted = named.parameterization().target(plan.level(i)).first() > 0;
                    double size = ((Flow) named.schedule()).timesteps();
                    assertEquals(size * (inverted ? 1 - u : u), plan.timestep(i), 1e-9 * size, file + " with " + name);
                }
            } else {
                same(model, named, plan, file.getFileName() + " with " + name);
            }
        }
        assertTrue(refused.isEmpty() || refused.size() == Names.comfySamplers().size() && refused.firstEntry().getValue().contains("are known, got"), refused::toString);
    }

    @Test
    void a_name_takes_its_shift_from_the_config_and_asks_where_it_cannot_see_it() {
        Plan plan = Names.comfy("euler", "simple").on(model("stable-diffusion-3")).plan(4);
        assertArrayEquals(new double[] {1, 0.9, 0.75, 0.5}, IntStream.range(0, 4).mapToDouble(i -> plan.level(i).sigma()).toArray(), 1e-12);
        says(() -> Names.comfy("euler", "simple").on(model("stable-diffusion-3").scheduler().schedule()), "does not tell the shift", "on(config)");
        says(() -> Names.diffusers("UniPC").on(model("stable-diffusion-3").scheduler().schedule()), "does not tell the shift");
        says(() -> Names.comfy("euler", "simple").on(model("flux.1-dev")), "use_dynamic_shifting", "mu");
        says(() -> Names.comfy("euler", "simple").on(model("stable-diffusion-3"), 1.0), "mu", "use_dynamic_shifting");
        assertEquals(Math.exp(0.8) * 0.5 / (0.5 + Math.exp(0.8) * 0.5), Names.comfy("euler", "simple").on(model("flux.1-dev"), 0.8).plan(2).level(1).sigma(), 1e-9);
        assertEquals(999, Names.comfy("dpmpp_2m", "normal").on(model("sdxl-base").scheduler().schedule()).plan(5).timestep(0));
        assertEquals(4, Names.comfy("euler", "simple").on(TrainedSigmas.shiftedFlow(3)).plan(4).steps());
    }

    @Test
    void names_of_diffusers_are_settings_on_the_model() {
        Plan plan = Names.diffusers("DPM++ 2M Karras").on(model("sdxl-base")).plan(10);
        assertEquals(model("sdxl-base").as("DPMSolverMultistepScheduler").config().with("use_karras_sigmas", true).scheduler().plan(10).fingerprint(), plan.fingerprint());
        assertEquals("UniPCMultistepScheduler", Names.diffusers("UniPC").on(model("stable-diffusion-3")).name());
    }

    @Test
    void a_solver_of_ours_runs_on_the_levels_of_a_config() {
        DiffusersScheduler sd3 = model("stable-diffusion-3").scheduler();
        ComposedScheduler composed = sd3.composed(DpmSolverMultistep.plusPlus(2));
        assertEquals(sd3.grid(7).starts(), composed.plan(7).grid().starts());
        ComposedScheduler flux = model("flux.1-dev").scheduler().composed(DpmSolverMultistep.plusPlus(2), Run.points().with("mu", 0.8));
        assertEquals(model("flux.1-dev").scheduler().plan(Run.steps(5).with("mu", 0.8)).grid().starts(), flux.plan(5).grid().starts());
        DiffusersScheduler sdxl = model("sdxl-base").scheduler();
        assertEquals(sdxl.grid(6).starts(), sdxl.composed(DpmSolverMultistep.plusPlus(3)).plan(6).grid().starts());
    }

    private static void says(org.junit.jupiter.api.function.Executable refused, String... words) {
        String message = assertThrows(IllegalArgumentException.class, refused).getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), () -> "'" + word + "' is not in: " + message);
        }
    }
}
