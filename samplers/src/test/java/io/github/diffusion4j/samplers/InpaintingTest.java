package io.github.diffusion4j.samplers;

import static io.github.diffusion4j.samplers.TestArrays.normal;
import static io.github.diffusion4j.samplers.TestArrays.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Churn;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Regions that are kept: what masks mean, and that a session and the driver do the same as the pure loop. */
class InpaintingTest {

    private static final NoiseSource STEPS = CounterNoise.of(4);
    private static final NoiseSource REGION = CounterNoise.of(5);

    private static INDArray network(ModelInput<INDArray> input) {
        return Transforms.tanh(input.sample(), true).mul(0.6).add(0.1 * Math.sin(input.timestep()));
    }

    private static Plan ddim(int steps) {
        return DiffusersConfig.of("DDIMScheduler").with("clip_sample", false).scheduler().plan(steps);
    }

    /** The samples after every evaluation of the pure loop. */
    private static List<double[]> loop(Plan plan, Inpainting<INDArray> inpainting, INDArray noise) {
        List<double[]> samples = new ArrayList<>();
        SamplerState<INDArray> state = plan.start(noise, STEPS);
        for (int i = 0; i < plan.evaluations(); i++) {
            state = inpainting.keepKnown(plan, i, plan.step(i, network(plan.input(i, state)), state, STEPS), REGION);
            samples.add(values(state.sample()));
        }
        return samples;
    }

    private static double[] last(List<double[]> samples) {
        return samples.get(samples.size() - 1);
    }

    /** Every class, and every solver of the catalog: their states share arrays in all the ways there are. */
    static List<Plan> plans() {
        List<Plan> plans = new ArrayList<>();
        DiffusersConfig.classNames().stream().filter(name -> !name.equals("ConsistencyDecoderScheduler") && !name.equals("SCMScheduler")).sorted()
                .forEach(name -> plans.add(DiffusersConfig.of(name).scheduler().plan(6)));
        SolverCatalog.all().stream().map(entry -> entry.of(6)).filter(solver -> solver.traits().history() < 4)
                .forEach(solver -> plans.add(ComposedScheduler.of(BetaSchedule.LINEAR.schedule(1000), solver).withSpacing(Sigmas.explicit(20, 10, 5, 2, 1, 0.5))
                        .withEnd(BetaSchedule.LINEAR.schedule(1000).cleanest()).plan(6)));
        return plans;
    }

    @ParameterizedTest
    @MethodSource("plans")
    void a_session_keeps_the_region_bit_for_bit_as_the_pure_loop_does(Plan plan) {
        INDArray noise = normal(6, 2, 3, 4, 5);
        for (Inpainting<INDArray> inpainting : List.of(new Inpainting<>(normal(7, 1, 3, 4, 5), Mask.of(Nd4j.rand(DataType.DOUBLE, 4, 5))),
                Inpainting.differential(normal(7, 2, 3, 4, 5), Mask.of(Nd4j.rand(DataType.DOUBLE, 2, 1, 4, 5))))) {
            List<double[]> expected = loop(plan, inpainting, noise);
            try (Session<INDArray> session = plan.session(noise, STEPS).keeping(inpainting, REGION)) {
                SamplerState<INDArray> state = plan.start(noise, STEPS);
                while (!session.done()) {
                    int i = session.evaluation();
                    assertArrayEquals(values(plan.input(i, state).sample()), values(session.input().sample()));
                    INDArray output = network(session.input());
                    state = inpainting.keepKnown(plan, i, plan.step(i, output, state, STEPS), REGION);
                    session.step(output);
                    assertArrayEquals(expected.get(i), values(session.sample()));
                }
            }
            INDArray driven = Sampling.run(plan.session(noise, STEPS).keeping(inpainting, REGION), InpaintingTest::network, Sampling.Listener.none());
            assertArrayEquals(last(expected), values(driven));
        }
    }

    private static double deviation(INDArray sample) {
        return Math.sqrt(Arrays.stream(values(sample)).map(x -> x * x).average().orElseThrow());
    }

    /** The network sees the known region, and a noised image that a run starts from, at the level that it is told, also where a solver lifts the sample before it. Known data are 0, so that its deviation, over 20,000 numbers, is the noise's. */
    @Test
    void noised_data_have_the_noise_of_the_level() {
        for (Solver solver : List.of(new Heun(Coordinate.EDM), Churn.of(new Heun(Coordinate.EDM), 4, 6), new FirstOrder(new Ancestral(1), true))) {
            Plan plan = ComposedScheduler.of(new EdmSchedule(0.002, 80), solver).withSpacing(Sigmas.ramp(SigmaRamp.karras(7))).withParameterization(Parameterization.sample()).plan(6);
            INDArray known = Nd4j.zeros(DataType.DOUBLE, 1, 20_000);
            Plan late = plan.from(2);
            SamplerState<INDArray> started = late.startFrom(late.addNoise(known, normal(8, 1, 20_000), 0), STEPS);
            assertEquals(late.level(0).sigma(), deviation(started.sample()), 0.02 * late.level(0).sigma(), () -> solver + " from a noised image");
            try (Session<INDArray> session = plan.session(normal(6, 1, 20_000), STEPS).keeping(new Inpainting<>(known, Mask.of(Nd4j.ones(DataType.DOUBLE, 1, 20_000))), REGION)) {
                while (!session.done()) {
                    NoiseLevel level = plan.level(session.evaluation());
                    assertEquals(level.sigma(), deviation(session.sample()), 0.02 * level.sigma(), () -> solver + " at evaluation " + session.evaluation());
                    session.step(network(session.input()));
                }
            }
        }
    }

    @Test
    void a_run_that_keeps_a_region_can_be_watched_and_cancelled() {
        Plan plan = ddim(6);
        Inpainting<INDArray> inpainting = new Inpainting<>(normal(7, 1, 6), Mask.of(Nd4j.createFromArray(new double[][] {{1, 1, 1, 0, 0, 0}})));
        Session<INDArray> session = plan.session(normal(6, 1, 6), STEPS).keeping(inpainting, REGION);
        List<Integer> seen = new ArrayList<>();
        assertThrows(CancellationException.class, () -> Sampling.run(session, InpaintingTest::network, progress -> {
            seen.add(progress.evaluation());
            assertEquals(6, progress.denoised().length());
            if (progress.evaluation() == 3) {
                progress.cancel();
            }
        }));
        assertEquals(List.of(0, 1, 2, 3), seen);
        assertThrows(IllegalStateException.class, session::sample);
        SamplerState<INDArray> halfway = plan.start(normal(6, 1, 6));
        for (int i = 0; i < 3; i++) {
            halfway = inpainting.keepKnown(plan, i, plan.step(i, network(plan.input(i, halfway)), halfway, STEPS), REGION);
        }
        INDArray resumed = Sampling.run(plan.session(halfway, STEPS).keeping(inpainting, REGION), InpaintingTest::network, Sampling.Listener.none());
        assertArrayEquals(last(loop(plan, inpainting, normal(6, 1, 6))), values(resumed));
    }

    @Test
    void a_step_without_noise_for_the_region_changes_nothing() {
        Plan plan = ddim(4);
        Inpainting<INDArray> inpainting = new Inpainting<>(normal(7, 1, 6), Mask.of(Nd4j.ones(DataType.DOUBLE, 1, 6)));
        try (Session<INDArray> session = plan.session(normal(6, 1, 6), STEPS).keeping(inpainting, NoiseSource.none())) {
            double[] before = values(session.sample());
            assertThrows(IllegalStateException.class, () -> session.step(normal(8, 1, 6)));
            assertArrayEquals(before, values(session.sample()));
            assertEquals(0, session.evaluation());
            session.keeping(inpainting, REGION).step(normal(8, 1, 6));
            assertEquals(1, session.evaluation());
        }
    }

    /** A mask of any shape that spreads is the mask spread out by hand. */
    @Property(tries = 150, seed = "42")
    void masks_spread_over_the_sample(@ForAll @IntRange(min = 0, max = 15) int ones, @ForAll @IntRange(min = 0, max = 4) int missing, @ForAll @IntRange(min = 1, max = 3) int width) {
        long[] shape = {2, 3, 4, width};
        long[] small = shape.clone();
        for (int axis = 0; axis < 4; axis++) {
            small[axis] = (ones >> axis & 1) == 1 ? 1 : small[axis];
        }
        long[] trimmed = Arrays.copyOfRange(small, missing, 4);
        Arrays.fill(small, 0, missing, 1);
        INDArray mask = Nd4j.rand(DataType.DOUBLE, trimmed.length == 0 ? new long[] {1} : trimmed);
        INDArray spread = mask.reshape(small).broadcast(Nd4j.create(DataType.DOUBLE, shape));
        Plan plan = ddim(3);
        SamplerState<INDArray> state = plan.step(0, normal(8, shape), plan.start(normal(6, shape)), STEPS);
        INDArray known = normal(7, shape);
        assertArrayEquals(values(new Inpainting<>(known, Mask.of(spread)).keepKnown(plan, 0, state, REGION).sample()),
                values(new Inpainting<>(known, Mask.of(mask)).keepKnown(plan, 0, state, REGION).sample()));
    }

    @Test
    void masks_of_any_type_blend() {
        Plan plan = ddim(3);
        SamplerState<INDArray> state = plan.step(0, normal(8, 1, 4), plan.start(normal(6, 1, 4)), STEPS);
        INDArray known = normal(7, 1, 4);
        INDArray mask = Nd4j.createFromArray(new double[][] {{1, 0, 0, 1}});
        double[] expected = values(new Inpainting<>(known, Mask.of(mask)).keepKnown(plan, 0, state, REGION).sample());
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.FLOAT16, DataType.INT32, DataType.INT64, DataType.UINT8, DataType.BOOL}) {
            assertArrayEquals(expected, values(new Inpainting<>(known, Mask.of(mask.castTo(type))).keepKnown(plan, 0, state, REGION).sample()), type.toString());
        }
        double[] half = values(new Inpainting<>(known, Mask.of(mask.mul(0.5))).keepKnown(plan, 0, state, REGION).sample());
        double[] sample = values(state.sample());
        for (int i = 0; i < 4; i++) {
            assertEquals(0.5 * sample[i] + 0.5 * (i == 0 || i == 3 ? expected[i] : sample[i]), half[i], 1e-15);
        }
        INDArray nothing = known.dup();
        nothing.putScalar(0, 1, Double.NaN);
        assertArrayEquals(expected, values(new Inpainting<>(nothing, Mask.of(mask)).keepKnown(plan, 0, state, REGION).sample()), "what is not known does not matter");
        mask.assign(0);
        assertArrayEquals(sample, values(new Inpainting<>(known, Mask.of(mask)).keepKnown(plan, 0, state, REGION).sample()));
    }

    @Test
    void a_mask_is_copied() {
        Plan plan = ddim(3);
        SamplerState<INDArray> state = plan.step(0, normal(8, 1, 4), plan.start(normal(6, 1, 4)), STEPS);
        INDArray mask = Nd4j.ones(DataType.DOUBLE, 1, 4);
        Inpainting<INDArray> inpainting = new Inpainting<>(normal(7, 1, 4), Mask.of(mask));
        double[] expected = values(inpainting.keepKnown(plan, 0, state, REGION).sample());
        mask.assign(0);
        assertArrayEquals(expected, values(inpainting.keepKnown(plan, 0, state, REGION).sample()));
        assertEquals(Mask.of(mask), Mask.of(mask.dup()));
        assertFalse(Mask.of(mask).equals(Mask.of(mask.reshape(4))));
    }

    @Test
    void what_does_not_fit_is_refused() {
        Plan plan = ddim(3);
        SamplerState<INDArray> state = plan.start(normal(6, 2, 3, 4, 5));
        SamplerState<INDArray> after = plan.step(0, normal(8, 2, 3, 4, 5), state, STEPS);
        for (long[] shape : new long[][] {{5, 4}, {2, 4, 5}, {3, 3, 4, 5}, {1, 1, 8, 10}, {1, 2, 3, 4, 5}}) {
            String refusal = assertThrows(IllegalArgumentException.class,
                    () -> new Inpainting<>(normal(7, 2, 3, 4, 5), Mask.of(Nd4j.ones(DataType.DOUBLE, shape))).keepKnown(plan, 0, after, REGION)).getMessage();
            assertTrue(refusal.contains(Arrays.toString(shape)) && refusal.contains("[2, 3, 4, 5]"), refusal);
        }
        INDArray mask = Nd4j.ones(DataType.DOUBLE, 4, 5);
        for (INDArray known : List.of(normal(7, 3, 3, 4, 5), normal(7, 2, 3, 4, 5).castTo(DataType.FLOAT), normal(7, 3, 4, 5))) {
            String refusal = assertThrows(IllegalArgumentException.class, () -> new Inpainting<>(known, Mask.of(mask)).keepKnown(plan, 0, after, REGION)).getMessage();
            assertTrue(refusal.contains(Arrays.toString(known.shape())) && refusal.contains("[2, 3, 4, 5]"), refusal);
            try (Session<INDArray> session = plan.session(normal(6, 2, 3, 4, 5), STEPS)) {
                assertThrows(IllegalArgumentException.class, () -> session.keeping(new Inpainting<>(known, Mask.of(mask)), REGION));
            }
        }
        for (double value : new double[] {-0.1, 1.1, 255, Double.NaN}) {
            String refusal = assertThrows(IllegalArgumentException.class, () -> new Inpainting<>(normal(7, 1, 2), Mask.of(Nd4j.createFromArray(0, value)))).getMessage();
            assertTrue(refusal.contains(value + " at position 1"), refusal);
        }
    }

    /** 1 is known after every evaluation, 0 after none, and between them a position is set free at its time. */
    @Test
    void a_map_of_strengths_sets_positions_free_one_after_another() {
        Plan plan = ddim(10);
        INDArray known = normal(7, 1, 4);
        INDArray map = Nd4j.createFromArray(new double[][] {{1, 0, 0.35, 0.7}});
        Inpainting<INDArray> inpainting = Inpainting.differential(known, Mask.of(map));
        double[] strengths = values(map);
        for (int i = 0; i < 10; i++) {
            SamplerState<INDArray> state = new SamplerState<>(Nd4jArrays.ND4J, i + 1, normal(9, 1, 4), normal(9, 1, 4), List.of());
            double[] kept = values(inpainting.keepKnown(plan, i, state, REGION).sample());
            double[] all = values(new Inpainting<>(known, Mask.of(map.mul(0).add(1))).keepKnown(plan, i, state, REGION).sample());
            for (int k = 0; k < 4; k++) {
                assertEquals((i / 10.0 < strengths[k] ? all : values(state.sample()))[k], kept[k], "position " + k + " after evaluation " + i);
            }
        }
        double[] end = last(loop(plan, inpainting, normal(6, 1, 4)));
        double[] free = last(loop(plan, new Inpainting<>(known, Mask.of(map.mul(0))), normal(6, 1, 4)));
        assertEquals(known.getDouble(0), end[0], 1e-12);
        assertEquals(free[1], end[1]);
    }

    /** A schedule of one's own: a region that is known in the first half of the run only. */
    @Test
    void masks_may_follow_a_schedule() {
        Plan plan = ddim(6);
        Mask all = Mask.of(Nd4j.ones(DataType.DOUBLE, 1, 1));
        Mask none = all.above(1);
        Inpainting<INDArray> inpainting = new Inpainting<>(normal(7, 1, 4), (run, evaluation) -> evaluation < run.evaluations() / 2 ? all : none);
        SamplerState<INDArray> state = plan.start(normal(6, 1, 4));
        for (int i = 0; i < 6; i++) {
            SamplerState<INDArray> stepped = plan.step(i, network(plan.input(i, state)), state, STEPS);
            state = inpainting.keepKnown(plan, i, stepped, REGION);
            assertEquals(i >= 3, Arrays.equals(values(stepped.sample()), values(state.sample())));
        }
    }
}
