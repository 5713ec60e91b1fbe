package io.github.diffusion4j.samplers.names;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.KDiffusion;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.ComfySchedule;
import io.github.diffusion4j.schedules.PublishedSigmas;
import io.github.diffusion4j.schedules.TrainedSigmas;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

class NamesTest {

    private static final NoiseSchedule SD15 = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);

    static List<String> comfySamplers() {
        return List.copyOf(Names.comfySamplers().keySet());
    }

    private static INDArray run(Scheduler scheduler, int steps) {
        Plan plan = scheduler.plan(steps);
        CounterNoise noise = CounterNoise.of(5);
        return Sampling.run(plan, in -> Transforms.tanh(in.sample(), true), plan.start(noise, ElementType.DOUBLE, 1, 6), noise, Sampling.Listener.none());
    }

    @ParameterizedTest
    @MethodSource("comfySamplers")
    void every_sampler_runs_on_table_and_flow(String sampler) {
        for (Scheduler scheduler : List.of(Names.comfy(sampler, "karras").on(SD15), Names.comfy(sampler, "simple").on(TrainedSigmas.shiftedFlow(3)))) {
            INDArray result = run(scheduler, 7);
            assertTrue(Arrays.stream(result.data().asDouble()).allMatch(Double::isFinite), () -> scheduler + " gives " + result);
        }
    }

    @Test
    void all_doors_lead_to_the_same_steps() {
        for (Map.Entry<String, String> name : Names.a1111Samplers().entrySet()) {
            SigmaSampler webUi = Names.a1111(name.getKey() + " Karras");
            SigmaSampler comfy = Names.comfy(name.getValue(), "karras");
            assertEquals(comfy.onFlow().solver(), webUi.onFlow().solver());
            boolean same = !name.getKey().equals("DPM++ 3M SDE");
            assertEquals(same, comfy.onDiffusion().equals(webUi.onDiffusion()), name.getKey());
        }
        assertEquals(Names.comfy("dpmpp_sde_gpu", "karras").onDiffusion(), Names.comfy("dpmpp_sde", "karras").onDiffusion());
        assertEquals(ComfySchedule.EXPONENTIAL, Names.a1111("DPM++ 2M SDE").onDiffusion().rule());
    }

    /** Noise prediction with an input of variance 1 on levels x + sigma eps. */
    private record ScaledEpsilon() implements Parameterization {
        @Override
        public Weights target(NoiseLevel level) {
            return new Weights(0, 1);
        }

        @Override
        public double inputScale(NoiseLevel level) {
            return 1 / Math.hypot(1, level.sigma());
        }
    }

    /** The web UI's samplers work on x + sigma eps; here they run on the network's own levels. */
    @ParameterizedTest
    @ValueSource(strings = {"dpmpp_2m", "heun", "lms", "dpm_2_ancestral", "dpmpp_3m_sde"})
    void a_named_run_is_k_diffusions_run_in_another_coordinate(String sampler) {
        Scheduler named = Names.comfy(sampler, "normal").on(SD15);
        TimeGrid grid = named.grid(9);
        List<NoiseLevel> exploding = grid.starts().stream().map(level -> new NoiseLevel(level.time(), 1, level.edmSigma())).toList();
        Plan plan = Plan.of(KDiffusion.solver("sample_" + sampler, "midpoint", Map.of(), 9),
                TimeGrid.contiguous(exploding, NoiseLevel.clean(0)).withCurve(s -> new NoiseLevel(TrainedSigmas.of(SD15).level(s).time(), 1, s)),
                new ScaledEpsilon(), DataCorrection.NONE).withStartScale(1 / grid.from(0).alpha());
        CounterNoise noise = CounterNoise.of(5);
        INDArray expected = Sampling.run(plan, in -> Transforms.tanh(in.sample(), true),
                plan.start(noise, ElementType.DOUBLE, 1, 6), noise, Sampling.Listener.none());
        assertArrayEquals(expected.data().asDouble(), run(named, 9).data().asDouble(), 1e-10);
    }

    @Test
    void diffusers_names_are_classes_with_settings() {
        assertEquals(DiffusersConfig.of("DPMSolverMultistepScheduler").with("algorithm_type", "sde-dpmsolver++").with("use_karras_sigmas", true),
                Names.diffusers("DPM++ 2M SDE Karras").config());
        assertEquals(DiffusersConfig.of("UniPCMultistepScheduler"), Names.diffusers("UniPCMultistepScheduler").config());
        assertEquals(SD15.at(500).edmSigma(), Names.diffusers("Euler a").on(SD15).table().orElseThrow().at(500).edmSigma());
    }

    @Test
    void unknown_names_are_refused_with_those_that_exist() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Names.comfy("dpmpp_9m", "karras")).getMessage().contains("dpmpp_2m"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Names.comfy("euler", "karas")).getMessage().contains("karras"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Names.a1111("DPM++ 2M Karas")).getMessage().contains("Karras"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Names.a1111("DPM++ 2MKarras")).getMessage().contains("DPM++ 2M"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Names.comfy("dpm_adaptive", "karras")).getMessage().contains("KDiffusion.adaptive"));
    }

    @Test
    void schedules_without_such_a_run_refuse_it() {
        Scheduler uniform = Names.comfy("euler", "ddim_uniform").on(SD15);
        assertEquals(8, uniform.plan(8).steps());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> uniform.plan(7)).getMessage().contains("DDIM_UNIFORM has no run of 7 steps"));
    }

    @Test
    void published_levels_have_nvidias_timesteps() {
        Plan plan = ComposedScheduler.of(SD15, DpmSolverMultistep.plusPlus(2)).withSpacing(PublishedSigmas.alignYourSteps("SD1").spacing(TrainedSigmas.of(SD15))).plan(10);
        assertArrayEquals(new double[] {999, 850, 736, 645, 545, 455, 343, 233, 124, 24}, IntStream.range(0, 10).mapToDouble(plan::timestep).toArray());
    }
}
