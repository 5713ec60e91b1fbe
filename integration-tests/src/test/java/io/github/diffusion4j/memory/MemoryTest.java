package io.github.diffusion4j.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.diffusion4j.core.LevelCurve;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.samplers.AdaptiveSampling;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What runs allocate, and what they leave behind, by the counters of the virtual machine and of ND4J. */
class MemoryTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** Steps until the compiler has seen every loop. */
    private static final int WARM = 30_000;
    private static final int MEASURED = 2_000;
    /** What the compiler itself, a late class, or an array that comes back only after long (PNDM's fourth prediction) may put on the thread's account in all these steps. */
    private static final long STRAY = 8_192;
    /** Small objects around noise that needs an array, and the norms of a Langevin step; how many of them the compiler takes away differs from run to run. */
    private static final long LANGEVIN = 1_100;

    static List<String> classes() {
        return DiffusersConfig.classNames().stream().filter(name -> !name.equals("ConsistencyDecoderScheduler") && !name.equals("SCMScheduler")).sorted().toList();
    }

    private static Plan plan(String name) {
        return DiffusersConfig.of(name).scheduler().plan(20);
    }

    private static INDArray array(int seed) {
        return CounterNoise.of(seed).draw(NoiseRequest.start(), DataType.FLOAT, 1, 4, 16, 16);
    }

    /** How many buffers ND4J has made off the heap; asking counts too. */
    private static long offHeap() {
        return Nd4j.getDeallocatorService().nextValue();
    }

    /** The second half of every run. */
    @ParameterizedTest
    @MethodSource("classes")
    void steps_of_a_session_allocate_nothing(String name) {
        steps_of_a_session_allocate_nothing(name, Nd4jArrays.ND4J, WARM);
    }

    /** Fewer steps to warm up: the loops are those that ND4J's arrays have been through. */
    @ParameterizedTest
    @MethodSource("classes")
    void steps_over_java_s_own_memory_allocate_nothing(String name) {
        steps_of_a_session_allocate_nothing(name, HostArrays.HEAP, WARM / 3);
        steps_of_a_session_allocate_nothing(name, HostArrays.DIRECT, WARM / 3);
    }

    private static <A> void steps_of_a_session_allocate_nothing(String name, Arrays<A> arrays, int warm) {
        A noise = array(arrays, 1);
        A output = array(arrays, 2);
        Meter<A> meter = new Meter<>(plan(name).on(arrays), noise, output);
        meter.steps(warm);
        meter.reset();
        meter.steps(MEASURED);
        long perStep = name.equals("ScoreSdeVeScheduler") ? LANGEVIN / 2 : 0;
        assertTrue(meter.heap <= STRAY + perStep * meter.counted, name + ": " + meter.heap + " bytes on the heap in " + meter.counted + " steps");
        assertEquals(0, meter.offHeap, name);
        arrays.close(noise);
        arrays.close(output);
    }

    private static <A> A array(Arrays<A> arrays, int seed) {
        A array = arrays.make(ElementType.FLOAT, 1, 4, 16, 16);
        arrays.onHost(array, true, host -> CounterNoise.of(seed).fill(NoiseRequest.start(), host));
        return array;
    }

    private static final class Meter<A> {
        private final Plan plan;
        private final Runs<A> runs;
        private final A noise;
        private final A output;
        private final NoiseSource source = CounterNoise.of(3);
        private long heap;
        private long offHeap;
        private long counted;

        Meter(Runs<A> runs, A noise, A output) {
            this.plan = runs.plan();
            this.runs = runs;
            this.noise = noise;
            this.output = output;
        }

        void reset() {
            heap = 0;
            offHeap = 0;
            counted = 0;
        }

        void steps(int count) {
            for (int done = 0; done < count; done += plan.evaluations()) {
                try (Session<A> session = runs.session(noise, source)) {
                    while (session.evaluation() < plan.evaluations() / 2) {
                        session.step(output);
                    }
                    int first = session.evaluation();
                    long heapBefore = THREADS.getCurrentThreadAllocatedBytes();
                    long offHeapBefore = offHeap();
                    while (!session.done()) {
                        session.step(output);
                    }
                    heap += THREADS.getCurrentThreadAllocatedBytes() - heapBefore;
                    offHeap += offHeap() - offHeapBefore - 1;
                    counted += session.evaluation() - first;
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("classes")
    void a_run_leaves_its_result_and_nothing_else(String name) {
        Plan plan = plan(name);
        INDArray noise = array(1);
        INDArray output = array(2);
        float[] before = noise.data().asFloat();
        List<INDArray> seen = new ArrayList<>();
        INDArray result = Sampling.run(plan, in -> {
            seen.add(in.sample());
            return output;
        }, noise, CounterNoise.of(3), progress -> assertTrue(progress.denoised().length() > 0));
        assertTrue(seen.stream().allMatch(INDArray::wasClosed));
        assertFalse(result.wasClosed() || noise.wasClosed() || output.wasClosed());
        assertArrayEquals(before, noise.data().asFloat());
        assertThrows(CancellationException.class, () -> Sampling.run(plan, in -> output, noise, CounterNoise.of(3), Sampling.Progress::cancel));
    }

    @Test
    void a_kept_region_takes_its_arrays_from_the_run() {
        Plan plan = plan("DPMSolverMultistepScheduler");
        INDArray noise = array(1);
        INDArray output = array(2);
        Inpainting<INDArray> inpainting = new Inpainting<>(array(3), Mask.of(Nd4j.ones(DataType.FLOAT, 16, 16)));
        INDArray sample;
        try (Session<INDArray> session = plan.session(noise, CounterNoise.of(3)).keeping(inpainting, CounterNoise.of(4))) {
            while (session.evaluation() < 5) {
                session.step(output);
            }
            long before = offHeap();
            while (!session.done()) {
                session.step(output);
            }
            assertEquals(0, offHeap() - before - 1);
            sample = session.sample();
        }
        assertTrue(sample.wasClosed());
    }

    /** A session works in place; the pure steps never do. Same bits. */
    @ParameterizedTest
    @MethodSource("classes")
    void a_session_gives_the_bits_of_the_pure_steps(String name) {
        Plan plan = plan(name);
        CounterNoise source = CounterNoise.of(3);
        INDArray noise = array(1);
        SamplerState<INDArray> state = plan.start(noise, source);
        try (Session<INDArray> session = plan.session(noise, source)) {
            for (int i = 0; i < plan.evaluations(); i++) {
                ModelInput<INDArray> pure = plan.input(i, state);
                assertArrayEquals(pure.sample().data().asFloat(), session.input().sample().data().asFloat());
                assertEquals(pure.timestep(), session.input().timestep());
                INDArray output = pure.sample().mul(0.3).addi(0.1);
                assertArrayEquals(plan.denoised(i, output, state).data().asFloat(), session.denoised(output).data().asFloat());
                SamplerState<INDArray> resumed = session.state();
                state = plan.step(i, output, state, source);
                session.step(output);
                assertArrayEquals(state.sample().data().asFloat(), session.sample().data().asFloat());
                try (Session<INDArray> again = plan.session(resumed, source)) {
                    assertArrayEquals(pure.sample().data().asFloat(), again.input().sample().data().asFloat());
                    again.step(output);
                    assertArrayEquals(state.sample().data().asFloat(), again.sample().data().asFloat());
                }
            }
            assertTrue(session.done());
            assertThrows(IllegalStateException.class, () -> session.step(noise));
        }
    }

    /** A step that fails changes nothing: with noise the run goes on as if it had not been tried. */
    /** Nobody holds these arrays but the call that reads them; ND4J frees what the garbage collector finds unheld, and reading on would end the process. */
    @Test
    void arrays_live_as_long_as_they_are_read() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        Thread collector = new Thread(() -> {
            while (!done.get()) {
                System.gc();
            }
        });
        collector.start();
        try {
            for (int i = 0; i < 8; i++) {
                double[] values = Nd4jArrays.ND4J.values(Nd4j.valueArrayOf(new long[] {1 << 22}, 7f, DataType.FLOAT));
                assertEquals(7, values[values.length - 1]);
                assertEquals(7, Nd4jArrays.ND4J.memory(Nd4j.valueArrayOf(new long[] {1 << 22}, 7f, DataType.FLOAT)).toFloats()[1 << 21]);
            }
        } finally {
            done.set(true);
            collector.join();
        }
    }

    @Test
    void a_failed_step_leaves_the_session_as_it_was() {
        Plan plan = plan("EulerAncestralDiscreteScheduler");
        INDArray noise = array(1);
        INDArray output = array(2);
        NoiseSource failing = new NoiseSource() {
            private static final long serialVersionUID = 1;

            private final transient Set<Integer> tried = new HashSet<>();

            @Override
            public void fill(NoiseRequest request, HostArray out) {
                if (request.index() == 3 && tried.add(request.index())) {
                    throw new IllegalStateException("no noise today");
                }
                CounterNoise.of(3).fill(request, out);
            }
        };
        Session<INDArray> session = plan.session(noise, failing);
        while (session.evaluation() < 3) {
            session.step(output);
        }
        assertThrows(IllegalStateException.class, () -> session.step(output));
        assertThrows(IllegalArgumentException.class, () -> session.step(array(1).castTo(DataType.DOUBLE)));
        while (!session.done()) {
            session.step(output);
        }
        INDArray expected = Sampling.run(plan, in -> output, noise, CounterNoise.of(3), Sampling.Listener.none());
        assertArrayEquals(expected.data().asFloat(), session.result().data().asFloat());
        session.close();
        session.close();
        assertThrows(IllegalStateException.class, session::sample);
        assertThrows(IllegalStateException.class, () -> plan("EulerAncestralDiscreteScheduler").session(noise, NoiseSource.none()).step(output));
    }

    @Test
    void adaptive_steps_free_what_they_try() {
        LevelCurve curve = sigma -> new NoiseLevel(sigma, 1, sigma);
        INDArray start = array(1);
        List<INDArray> seen = new ArrayList<>();
        AdaptiveSampling.Result<INDArray> result = AdaptiveSampling.DEFAULT.with(3, 0.5).run(Nd4jArrays.ND4J, curve, Parameterization.epsilon(), curve.atEdmSigma(10), curve.atEdmSigma(0.1), in -> {
            seen.add(in.sample());
            return in.sample().mul(0.9);
        }, start, CounterNoise.of(3));
        assertTrue(seen.stream().allMatch(INDArray::wasClosed));
        assertFalse(start.wasClosed() || result.sample().wasClosed());
        assertTrue(result.accepted() > 3);
    }

    static Stream<DataType> types() {
        return Stream.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16);
    }

    /** The network's input given back as its output, and an output in another layout. */
    @ParameterizedTest
    @MethodSource("types")
    void outputs_may_be_the_input_or_have_any_layout(DataType type) {
        Plan plan = plan("DPMSolverMultistepScheduler");
        INDArray noise = CounterNoise.of(1).draw(NoiseRequest.start(), type, 1, 4, 8, 8);
        INDArray copied = Sampling.run(plan, in -> Nd4jArrays.ND4J.copy(in.sample()), noise, CounterNoise.of(3), Sampling.Listener.none());
        INDArray same = Sampling.run(plan, ModelInput::sample, noise, CounterNoise.of(3), Sampling.Listener.none());
        INDArray fortran = Sampling.run(plan, in -> in.sample().dup('f'), noise, CounterNoise.of(3), Sampling.Listener.none());
        assertArrayEquals(copied.data().asDouble(), same.data().asDouble());
        assertArrayEquals(copied.data().asDouble(), fortran.data().asDouble());
    }
}
