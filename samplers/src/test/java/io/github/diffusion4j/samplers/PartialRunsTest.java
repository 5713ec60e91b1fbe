package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Strength;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.FlowMatchEulerDiscreteScheduler;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Runs that start late, end early, go back, keep a region, or stand at several times at once. */
class PartialRunsTest {

    private static INDArray normal(int index, long... shape) {
        return CounterNoise.of(11).draw(NoiseRequest.forward(index), DataType.DOUBLE, shape);
    }

    private static INDArray network(ModelInput<INDArray> input) {
        return Transforms.tanh(input.sample(), true).mul(0.6).add(0.1 * Math.sin(input.timestep()));
    }

    private static SamplerState<INDArray> run(Plan plan, SamplerState<INDArray> state, int to) {
        SamplerState<INDArray> current = state;
        while (current.index() < to) {
            current = plan.step(current.index(), network(plan.input(current.index(), current)), current, CounterNoise.of(4));
        }
        return current;
    }

    private static double[] values(INDArray array) {
        return array.dup('c').data().asDouble();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EulerDiscreteScheduler", "DPMSolverMultistepScheduler", "HeunDiscreteScheduler", "FlowMatchEulerDiscreteScheduler", "KDPM2AncestralDiscreteScheduler"})
    void a_late_start_begins_at_the_noise_level_of_its_first_evaluation(String name) {
        DiffusersScheduler scheduler = DiffusersConfig.of(name).scheduler();
        Plan whole = scheduler.plan(10);
        Plan late = scheduler.plan(10, 0.6, Strength.SKIP_STEPS);
        assertEquals(6, late.steps());
        assertEquals(whole.level(whole.evaluationOf(4)), late.level(0));
        INDArray image = normal(0, 1, 3);
        INDArray noise = normal(1, 1, 3);
        NoiseLevel first = late.level(0);
        assertArrayEquals(values(image.mul(first.alpha()).add(noise.mul(first.sigma()))), values(late.addNoise(image, noise, 0)), 1e-12);
        assertEquals(10, scheduler.plan(10, 0.6, Strength.KEEP_STEPS).steps());
        assertEquals(10, scheduler.plan(10, 1, Strength.SKIP_STEPS).steps());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> scheduler.plan(10, 0.05, Strength.SKIP_STEPS)).getMessage().contains("leaves none"));
    }

    @Test
    void a_run_cut_in_two_equals_the_whole_when_nothing_is_remembered() {
        Plan plan = DiffusersConfig.of("HeunDiscreteScheduler").scheduler().plan(8);
        SamplerState<INDArray> whole = run(plan, plan.start(normal(2, 2, 3)), plan.evaluations());
        Plan.Split split = plan.splitAtEdmSigma(2.0);
        SamplerState<INDArray> high = run(split.high(), split.high().start(normal(2, 2, 3)), split.high().evaluations());
        SamplerState<INDArray> low = run(split.low(), split.low().startFrom(high.sample()), split.low().evaluations());
        assertArrayEquals(values(whole.sample()), values(low.sample()), 1e-13);
        assertTrue(split.high().grid().from(split.high().steps() - 1).edmSigma() >= 2 && split.low().level(0).edmSigma() < 2);
        assertThrows(IllegalArgumentException.class, () -> plan.splitAtEdmSigma(1e9));
    }

    @Test
    void a_slice_starts_with_an_empty_memory() {
        Plan plan = DiffusersConfig.of("DPMSolverMultistepScheduler").scheduler().plan(8);
        Plan slice = plan.slice(3, 6);
        assertEquals(3, slice.evaluations());
        assertEquals(plan.level(3), slice.level(0));
        assertEquals(plan.level(6), slice.levelAfter(2));
        run(slice, slice.startFrom(normal(3, 1, 2)), 3);
        assertThrows(IllegalArgumentException.class, () -> plan.slice(3, 3));
        assertThrows(IllegalArgumentException.class, () -> plan.slice(-1, 3));
    }

    @Test
    void reversed_then_forward_returns_to_the_start() {
        Plan plan = ComposedScheduler.of(new Flow(1000), new Heun(Coordinate.FLOW)).withSpacing(Sigmas.explicit(java.util.stream.IntStream.range(0, 200).mapToDouble(i -> 0.9 - 0.0035 * i).toArray()))
                .withEnd(new Flow(1000).at(200)).plan(200);
        INDArray start = normal(4, 1, 4);
        SamplerState<INDArray> there = run(plan.reversed(), plan.reversed().startFrom(start), plan.reversed().evaluations());
        SamplerState<INDArray> back = run(plan, plan.startFrom(there.sample()), plan.evaluations());
        assertArrayEquals(values(start), values(back.sample()), 1e-3);
        assertThrows(IllegalArgumentException.class, () -> DiffusersConfig.of("EulerAncestralDiscreteScheduler").scheduler().plan(4).reversed());
    }

    @Test
    void the_known_region_stays() {
        Plan plan = DiffusersConfig.of("DDIMScheduler").with("clip_sample", false).scheduler().plan(10);
        INDArray known = normal(5, 1, 6);
        INDArray mask = Nd4j.createFromArray(new double[][] {{1, 1, 1, 0, 0, 0}});
        Inpainting<INDArray> inpainting = new Inpainting<>(known, Mask.of(mask));
        NoiseSource noise = CounterNoise.of(6);
        SamplerState<INDArray> state = plan.start(normal(6, 1, 6));
        for (int i = 0; i < plan.evaluations(); i++) {
            state = inpainting.keepKnown(plan, i, plan.step(i, network(plan.input(i, state)), state, noise), noise);
        }
        for (int k = 0; k < 3; k++) {
            assertEquals(known.getDouble(0, k), state.sample().getDouble(0, k), 1e-12);
        }
        SamplerState<INDArray> back = Inpainting.undo(9, plan.level(9).alpha(), state, noise, NoiseRequest.step(99));
        assertEquals(9, back.index());
        assertThrows(IllegalArgumentException.class, () -> Inpainting.undo(9, 1.1, back, noise, NoiseRequest.step(99)));
    }

    static List<String> classes() {
        return DiffusersConfig.classNames().stream().filter(name -> !name.equals("ConsistencyDecoderScheduler") && !name.equals("SCMScheduler")).sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("classes")
    void where_nothing_is_known_nothing_changes(String name) {
        Plan plan = DiffusersConfig.of(name).scheduler().plan(8);
        NoiseSource noise = CounterNoise.of(6);
        Inpainting<INDArray> inpainting = new Inpainting<>(normal(5, 1, 6), Mask.of(normal(5, 1, 6).mul(0)));
        SamplerState<INDArray> expected = plan.start(normal(6, 1, 6));
        SamplerState<INDArray> state = expected;
        for (int i = 0; i < plan.evaluations(); i++) {
            expected = plan.step(i, network(plan.input(i, expected)), expected, noise);
            state = inpainting.keepKnown(plan, i, plan.step(i, network(plan.input(i, state)), state, noise), noise);
        }
        assertArrayEquals(values(expected.sample()), values(state.sample()));
    }

    @Test
    void tokens_may_stand_at_different_times() {
        FlowMatchEulerDiscreteScheduler scheduler = (FlowMatchEulerDiscreteScheduler) DiffusersConfig.of("FlowMatchEulerDiscreteScheduler").scheduler();
        Plan plan = scheduler.plan(4);
        INDArray sample = normal(7, 2, 3, 4);
        INDArray velocity = normal(8, 2, 3, 4);
        double[][] times = {{plan.timestep(0), plan.timestep(2), 0}, {plan.timestep(1), plan.timestep(1), plan.timestep(3)}};
        double[] next = values(scheduler.stepTokens(plan, velocity, sample, times));
        double[] x = values(sample);
        double[] v = values(velocity);
        for (int token = 0; token < 6; token++) {
            double time = times[token / 3][token % 3];
            double lower = 0;
            for (int i = 0; i < 4; i++) {
                lower = plan.timestep(i) < time ? Math.max(lower, plan.timestep(i)) : lower;
            }
            for (int c = 0; c < 4; c++) {
                assertEquals(x[4 * token + c] + (lower - time) / 1000 * v[4 * token + c], next[4 * token + c], 1e-12);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> scheduler.stepTokens(plan, velocity, sample, new double[][] {{1}}));
    }

    @Test
    void a_run_over_given_points_is_possible_where_diffusers_has_none() {
        double[] sigmas = DiffusersConfig.of("DPMSolverMultistepScheduler").scheduler().plan(Run.sigmas(14.6, 5, 1, 0.3)).grid().starts().stream()
                .mapToDouble(NoiseLevel::edmSigma).toArray();
        assertArrayEquals(new double[] {14.6, 5, 1, 0.3}, sigmas, 1e-12);
        assertEquals(4, DiffusersConfig.of("LMSDiscreteScheduler").scheduler().plan(Run.timesteps(999, 500, 200, 50)).steps());
        assertEquals(3, DiffusersConfig.of("DDIMScheduler").scheduler().plan(Run.timesteps(900, 500, 100)).steps());
    }

    @Test
    void the_third_order_of_our_own_is_exact_and_that_of_a_config_as_published() {
        ComposedScheduler own = ComposedScheduler.of(BetaSchedule.LINEAR.schedule(1000), DpmSolverMultistep.plusPlus(3));
        Plan published = DiffusersConfig.of("DPMSolverMultistepScheduler").with("solver_order", 3).scheduler().plan(20);
        assertEquals(20, own.plan(20).evaluations());
        assertTrue(published.solver().toString().contains("DIFFUSERS") && own.plan(20).solver().toString().contains("EXACT"));
    }
}
