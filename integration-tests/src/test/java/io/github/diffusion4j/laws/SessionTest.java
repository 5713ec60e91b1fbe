package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Scratch;
import io.github.diffusion4j.core.noise.BlockNoise;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A session is the loop of pure steps, bit for bit, whatever fails on the way and wherever it is left and continued: every class, every type. */
class SessionTest {

    private static final CounterNoise NOISE = CounterNoise.of(3);
    /** Samples long enough that their noise is made block by block. */
    private static final long[] SHAPE = {2, 4, 17, 8};

    static Stream<Arguments> runs() {
        return DiffusersConfig.classNames().stream().sorted().flatMap(name -> Stream.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16)
                .map(type -> Arguments.of(name, type)));
    }

    private static Plan plan(String name) {
        return DiffusersConfig.of(name).scheduler().plan(name.equals("ConsistencyDecoderScheduler") || name.equals("SCMScheduler") ? 2 : 6);
    }

    private static INDArray normal(int seed, DataType type, long... shape) {
        return CounterNoise.of(seed).draw(NoiseRequest.start(), type, shape);
    }

    /** Bounded; where noise is far larger than data as small as a score. */
    private static INDArray network(ModelInput<INDArray> input) {
        double sigma = input.level().edmSigma();
        return Transforms.tanh(input.sample(), true).muli(sigma > 50 && Double.isFinite(sigma) ? 0.8 / sigma : 0.8);
    }

    private static SamplerState<INDArray> portable(SamplerState<INDArray> state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.write(bytes);
        return SamplerState.read(new ByteArrayInputStream(bytes.toByteArray()));
    }

    private static void assertSame(INDArray expected, INDArray actual, String what) {
        assertEquals(expected.dataType(), actual.dataType(), what);
        assertArrayEquals(Nd4jArrays.ND4J.values(expected), Nd4jArrays.ND4J.values(actual), what);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void it_is_the_loop_of_pure_steps_and_goes_on_from_any_state(String name, DataType type) throws IOException {
        Plan plan = plan(name);
        INDArray noise = normal(1, type, SHAPE);
        SamplerState<INDArray> state = plan.start(noise, NOISE);
        List<SamplerState<INDArray>> left = new ArrayList<>();
        try (Session<INDArray> session = plan.session(noise, NOISE)) {
            for (int i = 0; i < plan.evaluations(); i++) {
                ModelInput<INDArray> input = plan.input(i, state);
                assertSame(input.sample(), session.input().sample(), "input " + i);
                left.add(portable(session.state()));
                try (Session<INDArray> again = plan.session(state, NOISE)) {
                    assertSame(input.sample(), again.input().sample(), "input " + i + " of a run continued");
                }
                INDArray output = network(input);
                session.step(output);
                state = plan.step(i, output, state, NOISE);
                assertSame(state.sample(), session.sample(), "sample after " + i);
            }
        }
        assertSame(state.sample(), Sampling.run(plan, SessionTest::network, noise, NOISE, Sampling.Listener.none()), "the driver's result");
        assertTrue(Double.isFinite(Nd4jArrays.ND4J.values(state.sample())[0]), "a test of numbers");
        for (SamplerState<INDArray> each : left) {
            assertSame(state.sample(), Sampling.run(plan, SessionTest::network, each, NOISE, Sampling.Listener.none()), "continued at " + each.index());
        }
    }

    /** Fails once for each request, after it has written something. */
    private static class Failing implements NoiseSource {

        private static final long serialVersionUID = 1;

        private final Set<NoiseRequest> tried = ConcurrentHashMap.newKeySet();

        @Override
        public void fill(NoiseRequest request, HostArray out) {
            NOISE.fill(request, out);
            if (tried.add(request)) {
                out.fill(DoubleStream.generate(() -> 7).limit(out.length()).toArray());
                throw new IllegalStateException("no noise today");
            }
        }
    }

    /** Fails once for each request, in its second sample. */
    private static final class FailingBlocks extends Failing implements BlockNoise {

        private static final long serialVersionUID = 1;

        private final Set<NoiseRequest> tried = ConcurrentHashMap.newKeySet();

        @Override
        public void check(NoiseRequest request, int rows) {
            NOISE.check(request, rows);
        }

        @Override
        public void generate(NoiseRequest request, int sample, int position, float[] out, int count, Scratch scratch) {
            if (sample == 1 && tried.add(request)) {
                throw new IllegalStateException("no noise today");
            }
            NOISE.generate(request, sample, position, out, count, scratch);
        }

        @Override
        public void fill(NoiseRequest request, HostArray out) {
            BlockNoise.super.fill(request, out);
        }
    }

    /** Tries until the source no longer fails. */
    private static <T> T persistent(Supplier<T> action) {
        for (int tries = 0;; tries++) {
            try {
                return action.get();
            } catch (IllegalStateException e) {
                assertTrue(tries < 3 && e.getMessage().equals("no noise today"), e::toString);
            }
        }
    }

    private static void assertStill(Session<INDArray> session, SamplerState<INDArray> before, INDArray input) {
        SamplerState<INDArray> now = session.state();
        assertEquals(before.index(), now.index());
        assertSame(before.sample(), now.sample(), "sample");
        assertSame(before.anchor(), now.anchor(), "anchor");
        assertEquals(before.predictions().size(), now.predictions().size());
        for (int k = 0; k < now.predictions().size(); k++) {
            assertSame(before.predictions().get(k), now.predictions().get(k), "prediction " + k);
        }
        assertSame(input, session.input().sample(), "input");
    }

    @ParameterizedTest
    @MethodSource("runs")
    void a_step_that_fails_changes_nothing(String name, DataType type) {
        Plan plan = plan(name);
        INDArray noise = normal(1, type, SHAPE);
        INDArray expected = Sampling.run(plan, SessionTest::network, noise, NOISE, Sampling.Listener.none());
        INDArray closed = normal(2, type, SHAPE);
        closed.close();
        INDArray shapeless = normal(2, type, 2, 4, 17, 7);
        INDArray typeless = normal(2, type == DataType.DOUBLE ? DataType.FLOAT : DataType.DOUBLE, SHAPE);
        for (NoiseSource source : List.of(new Failing(), new FailingBlocks())) {
            Session<INDArray> session = persistent(() -> plan.session(noise, source));
            while (!session.done()) {
                Session<INDArray> current = session;
                SamplerState<INDArray> before = current.state();
                INDArray input = Nd4jArrays.ND4J.copy(current.input().sample());
                assertTrue(assertThrows(IllegalArgumentException.class, () -> current.step(closed)).getMessage().contains("the network output is closed"));
                assertThrows(IllegalArgumentException.class, () -> current.step(shapeless));
                assertThrows(IllegalArgumentException.class, () -> current.step(typeless));
                assertThrows(IllegalArgumentException.class, () -> current.denoised(closed));
                assertStill(current, before, input);
                INDArray output = network(current.input());
                persistent(() -> {
                    assertStill(current, before, input);
                    current.step(output);
                    return current;
                });
                if (current.evaluation() == plan.evaluations() / 2) {
                    SamplerState<INDArray> left = current.state();
                    assertThrows(CancellationException.class, () -> Sampling.run(current, SessionTest::network, Sampling.Progress::cancel));
                    session = persistent(() -> plan.session(left, source));
                }
            }
            assertSame(expected, session.result(), "result");
            session.close();
        }
    }

    /** Written by the step, at once, or by the session itself again, with a known region and without. */
    @ParameterizedTest
    @MethodSource("runs")
    void inputs_may_go_to_arrays_of_the_caller_s(String name, DataType type) {
        Plan plan = plan(name);
        INDArray noise = normal(1, type, SHAPE);
        Inpainting<INDArray> region = new Inpainting<>(normal(4, type, SHAPE), Mask.of(Nd4j.createFromArray(new float[][] {{1}, {0}, {1}, {0}}).reshape('c', 4, 1, 1)));
        List<INDArray> slots = List.of(normal(5, type, SHAPE), normal(6, type, SHAPE));
        for (boolean keeps : new boolean[] {false, true}) {
            try (Session<INDArray> own = plan.session(noise, NOISE); Session<INDArray> fed = plan.session(noise, NOISE)) {
                if (keeps) {
                    own.keeping(region, CounterNoise.of(9));
                    fed.keeping(region, CounterNoise.of(9));
                }
                List<INDArray> fedTo = List.of();
                for (int i = 0; !own.done(); i++) {
                    assertInputs(own, fed, fedTo);
                    if (i % 2 == 0) {
                        fedTo = i % 4 == 0 ? slots : List.of();
                        fed.feed(fedTo);
                        fed.feedNow();
                        assertInputs(own, fed, fedTo);
                    }
                    INDArray output = network(own.input());
                    own.step(output);
                    fed.step(output);
                    assertSame(own.sample(), fed.sample(), "sample after " + i);
                }
            }
        }
    }

    private static void assertInputs(Session<INDArray> own, Session<INDArray> fed, List<INDArray> slots) {
        (slots.isEmpty() ? List.of(fed.input().sample()) : slots).forEach(input -> assertSame(own.input().sample(), input, "input " + own.evaluation()));
    }

    static Stream<SolverCatalog.Entry> solvers() {
        return SolverCatalog.all().stream();
    }

    /** An evaluation that is left out with the output 0 is one whose network says 0, also where the solver remembers nothing but that. */
    @ParameterizedTest
    @MethodSource("solvers")
    void an_output_of_zero_is_remembered(SolverCatalog.Entry entry) {
        Assumptions.assumeFalse(entry.name().startsWith("CFG++"), "renoises with a branch, so that none is left out");
        for (Parameterization parameterization : List.of(Parameterization.sample(), Parameterization.epsilon())) {
            Plan plan = Plan.of(entry.of(4), OrderOfConvergence.grid(4), parameterization, DataCorrection.NONE);
            INDArray noise = normal(1, DataType.FLOAT, SHAPE);
            INDArray expected = Sampling.run(plan, input -> network(input).muli(input.level().equals(plan.level(0)) ? 0 : 1), noise, NOISE, Sampling.Listener.none());
            Plan sparse = plan.guided(place -> place.level().equals(plan.level(0)) ? Guide.known(List.of(), 0) : Guide.CONDITIONAL);
            try (Session<INDArray> session = sparse.session(noise, NOISE)) {
                while (!session.done()) {
                    session.step(session.needs().isEmpty() ? List.of() : List.of(network(session.input())));
                }
                assertSame(expected, session.sample(), "result");
            }
        }
    }

    /** Steps to the end, however often the source fails. */
    private static INDArray finished(Session<INDArray> session, INDArray output) {
        while (!session.done()) {
            persistent(() -> {
                session.step(output);
                return session;
            });
        }
        return session.result();
    }

    /** Many threads work on a pass; none of them is left writing when the step fails. */
    @Test
    void threads_stop_before_a_failure_is_told() {
        Plan plan = DiffusersConfig.of("EulerAncestralDiscreteScheduler").scheduler().plan(8);
        INDArray noise = normal(1, DataType.FLOAT, 4, 1 << 16);
        INDArray output = normal(2, DataType.FLOAT, 4, 1 << 16);
        INDArray expected = Sampling.run(plan, input -> output, noise, NOISE, Sampling.Listener.none());
        try (Session<INDArray> session = plan.session(noise, new FailingBlocks())) {
            assertSame(expected, finished(session, output), "result");
        }
    }

    @Test
    void a_kept_region_that_fails_changes_nothing() {
        Plan plan = DiffusersConfig.of("DPMSolverMultistepScheduler").scheduler().plan(6);
        INDArray noise = normal(1, DataType.FLOAT, SHAPE);
        INDArray output = normal(2, DataType.FLOAT, SHAPE);
        Mask half = Mask.of(Nd4j.createFromArray(new float[][] {{1}, {0}, {1}, {0}}).reshape('c', 4, 1, 1));
        Set<Integer> tried = ConcurrentHashMap.newKeySet();
        Inpainting<INDArray> steady = new Inpainting<>(normal(4, DataType.FLOAT, SHAPE), (run, evaluation) -> half);
        Inpainting<INDArray> failing = new Inpainting<>(normal(4, DataType.FLOAT, SHAPE), (run, evaluation) -> {
            if (!tried.add(evaluation)) {
                return half;
            }
            throw new IllegalStateException("no noise today");
        });
        INDArray expected = Sampling.run(plan.session(noise, NOISE).keeping(steady, CounterNoise.of(9)), input -> output, Sampling.Listener.none());
        Failing region = new Failing() {
            private static final long serialVersionUID = 1;

            @Override
            public void fill(NoiseRequest request, HostArray out) {
                super.fill(request, out);
                CounterNoise.of(9).fill(request, out);
            }
        };
        try (Session<INDArray> session = plan.session(noise, NOISE)) {
            persistent(() -> session.keeping(failing, region));
            assertSame(expected, finished(session, output), "result");
        }
    }

    @Test
    void a_closed_array_of_the_run_is_told() {
        Plan plan = DiffusersConfig.of("EulerDiscreteScheduler").scheduler().plan(6);
        INDArray noise = normal(1, DataType.FLOAT, SHAPE);
        INDArray output = normal(2, DataType.FLOAT, SHAPE);
        Session<INDArray> session = plan.session(noise, NOISE);
        session.input().sample().close();
        assertTrue(assertThrows(IllegalStateException.class, () -> session.step(output)).getMessage().contains("network input of the run was closed"));
        assertThrows(IllegalStateException.class, () -> session.denoised(output));
        session.close();
        for (Runnable use : List.<Runnable>of(() -> session.step(output), () -> session.denoised(output), session::sample, session::state, session::result,
                () -> session.input().sample(), () -> session.keeping(new Inpainting<>(noise, Mask.of(noise.mul(0))), NOISE))) {
            assertEquals("the session is closed", assertThrows(IllegalStateException.class, use::run).getMessage());
        }
        noise.close();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> plan.session(noise, NOISE)).getMessage().contains("the array that the run starts from is closed"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> plan.start(noise)).getMessage().contains("the array that the run starts from is closed"));
    }

    /** Someone who keeps an array of the run and closes it later does not make the run write to freed memory. */
    @ParameterizedTest
    @ValueSource(strings = {"EulerAncestralDiscreteScheduler", "DDPMScheduler"})
    void an_array_that_the_run_no_longer_uses_may_be_closed(String name) {
        Plan plan = plan(name);
        INDArray noise = normal(1, DataType.FLOAT, SHAPE);
        INDArray expected = Sampling.run(plan, SessionTest::network, noise, NOISE, Sampling.Listener.none());
        try (Session<INDArray> session = plan.session(noise, NOISE)) {
            while (!session.done()) {
                List<INDArray> seen = List.of(session.sample(), session.input().sample());
                session.step(network(session.input()));
                seen.stream().filter(array -> array != session.sample() && array != session.input().sample()).forEach(INDArray::close);
            }
            assertSame(expected, session.result(), "result");
        }
    }
}
