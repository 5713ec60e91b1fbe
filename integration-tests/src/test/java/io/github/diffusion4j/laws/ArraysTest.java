package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ArrayPass;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.RecordedNoise;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A run is the same over any library of arrays: bit by bit where Java reaches their memory, to a few roundings where it does not. */
class ArraysTest {

    private static final long[] SHAPE = {2, 3, 8, 8};
    private static final NoiseSource NOISE = CounterNoise.of(5);

    private static Stream<Arguments> runs() {
        List<ElementType> types = List.of(ElementType.FLOAT, ElementType.DOUBLE, ElementType.HALF, ElementType.BFLOAT16);
        return DiffusersConfig.classNames().stream().sorted().flatMap(name -> types.stream().map(type -> Arguments.of(name, type)));
    }

    private static Plan plan(String name) {
        return DiffusersConfig.of(name).scheduler().plan(name.equals("SCMScheduler") || name.equals("ConsistencyDecoderScheduler") ? 2 : 6);
    }

    private static <A> A normal(Arrays<A> arrays, int seed, ElementType type, long... shape) {
        A array = arrays.make(type, shape);
        arrays.onHost(array, true, host -> CounterNoise.of(seed).fill(NoiseRequest.start(), host));
        return array;
    }

    /** Bounded; where noise is far larger than data as small as a score. */
    private static <A> A network(ModelInput<A> input) {
        double sigma = input.level().edmSigma();
        double factor = sigma > 50 && Double.isFinite(sigma) ? 0.8 / sigma : 0.8;
        A output = input.arrays().copy(input.sample());
        input.arrays().onHost(output, true, host -> host.fill(DoubleStream.of(host.values()).map(x -> factor * Math.tanh(x)).toArray()));
        return output;
    }

    private static <A> double[] run(Arrays<A> arrays, Plan plan, ElementType type) {
        A start = normal(arrays, 1, type, SHAPE);
        A end = Sampling.run(plan.on(arrays), ArraysTest::network, start, NOISE, Sampling.Listener.none());
        return arrays.values(end);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void a_run_over_java_s_own_memory_is_bit_by_bit_that_over_nd4j(String name, ElementType type) {
        Plan plan = plan(name);
        double[] expected = run(Nd4jArrays.ND4J, plan, type);
        assertTrue(DoubleStream.of(expected).allMatch(Double::isFinite));
        assertArrayEquals(expected, run(HostArrays.HEAP, plan, type), "heap");
        assertArrayEquals(expected, run(HostArrays.DIRECT, plan, type), "direct");
    }

    /** Each operation rounds, and each of its roundings is multiplied by what a class makes of small differences: the network's slope and the sums of high order. */
    @ParameterizedTest
    @MethodSource("runs")
    void a_run_by_operations_agrees_but_for_rounding(String name, ElementType type) {
        Plan plan = plan(name);
        double[] expected = run(Nd4jArrays.ND4J, plan, type);
        double[] actual = run(new HiddenArrays(), plan, type);
        double scale = DoubleStream.of(expected).map(Math::abs).max().orElseThrow();
        assertArrayEquals(expected, actual, scale * TOLERANCE.get(type), name);
    }

    /** One rounding of a type, some hundred times: of the sample in every step where it is stored in 16 bits. */
    private static final Map<ElementType, Double> TOLERANCE = Map.of(ElementType.DOUBLE, 1e-11, ElementType.FLOAT, 2e-4, ElementType.HALF, 0.02, ElementType.BFLOAT16, 0.15);

    /** A pass with all there is: a clamp, weights by row, a register in between, noise, a term that repeats. */
    @ParameterizedTest
    @EnumSource(value = ElementType.class, names = "INT64", mode = EnumSource.Mode.EXCLUDE)
    void a_pass_by_operations_is_that_over_memory(ElementType type) {
        double[] expected = pass(Nd4jArrays.ND4J, type);
        assertArrayEquals(expected, pass(HostArrays.DIRECT, type));
        HiddenArrays arrays = new HiddenArrays();
        assertArrayEquals(expected, pass(arrays, type), Map.of(ElementType.DOUBLE, 1e-14, ElementType.FLOAT, 2e-6, ElementType.HALF, 2e-3, ElementType.BFLOAT16, 2e-2).get(type));
        assertEquals(4, arrays.open(), "its own arrays");
    }

    private static <A> double[] pass(Arrays<A> arrays, ElementType type) {
        ArrayPass<A> pass = new ArrayPass<>(arrays, Rows.of(0, 2), 6);
        A out = normal(arrays, 3, type, 3, 2, 5);
        A second = normal(arrays, 4, type, 3, 2, 5);
        pass.read(0, normal(arrays, 1, type, 3, 2, 5));
        pass.read(1, normal(arrays, 2, type, 1, 2, 5));
        pass.make(2, (row, position, block, count, scratch) -> CounterNoise.of(5).generate(NoiseRequest.start(), row, position, block, count, scratch));
        pass.write(4, out);
        pass.write(5, second);
        pass.assign(3, 0.7, new double[] {0.5, 0.5});
        pass.assign(4, Double.POSITIVE_INFINITY, IntStream.range(0, 15).mapToObj(row -> new double[] {0.25, row - 7, 0.1, row % 2}).toArray(double[][]::new));
        pass.assign(5, 1, new boolean[] {true}, new double[] {0, 2, 0, 1});
        pass.run();
        return DoubleStream.concat(DoubleStream.of(arrays.values(out)), DoubleStream.of(arrays.values(second))).toArray();
    }

    /** A session by operations whose calls fail, any of them, is what it was. */
    @ParameterizedTest
    @EnumSource(value = ElementType.class, names = {"FLOAT", "HALF"})
    void a_failing_library_leaves_the_session_as_it_was(ElementType type) {
        for (String name : List.of("EulerDiscreteScheduler", "DDIMScheduler", "UniPCMultistepScheduler", "EulerAncestralDiscreteScheduler")) {
            Plan plan = plan(name);
            double[] expected = run(new HiddenArrays(), plan, type);
            HiddenArrays arrays = new HiddenArrays();
            try (Session<INDArray> session = plan.on(arrays).session(normal(arrays, 1, type, SHAPE), NOISE)) {
                for (int calls = 0; !session.done(); calls++) {
                    INDArray output = network(session.input());
                    arrays.failAfter(calls % 7);
                    try {
                        session.step(output);
                    } catch (IllegalStateException e) {
                        assertEquals("no operation today", e.getMessage());
                    } finally {
                        arrays.failAfter(-1);
                    }
                }
                assertArrayEquals(expected, arrays.values(session.result()), name);
            }
        }
    }

    /** Given noise has the shape of the sample, keyed noise the rows of the run. */
    @Test
    void sources_of_whole_arrays_and_of_rows_go_with_rows_of_any_axes() {
        HostArray x = normal(HostArrays.HEAP, 1, ElementType.FLOAT, 1, 3, 2, 8);
        HostArray noise = normal(HostArrays.HEAP, 2, ElementType.FLOAT, 1, 3, 2, 8);
        DiffusersScheduler scheduler = DiffusersConfig.of("DDPMScheduler").scheduler();
        double[] times = {500, 20};
        double[] ends = {480, 0};
        HostArray given = scheduler.on(HostArrays.HEAP, Rows.of(0, 2)).step(x, times, ends, x, RecordedNoise.ofSteps(HostArrays.HEAP, List.of(noise)));
        HostArray keyed = scheduler.on(HostArrays.HEAP, Rows.of(0, 2)).step(x, times, ends, x, CounterNoise.ofSeeds(7, 8));
        for (int frame = 0; frame < 2; frame++) {
            HostArray part = HostArrays.HEAP.copy(x.part(2, frame, frame + 1));
            HostArray alone = scheduler.on(HostArrays.HEAP).step(part, times[frame], ends[frame], part, HostArrays.HEAP.copy(noise.part(2, frame, frame + 1)));
            assertEquals(alone, given.part(2, frame, frame + 1));
            HostArray own = scheduler.on(HostArrays.HEAP).step(part, new double[] {times[frame]}, new double[] {ends[frame]}, part, CounterNoise.of(7 + frame));
            assertEquals(own, keyed.part(2, frame, frame + 1), "a frame's noise is that of a sample");
        }
    }

    @Test
    void operations_leave_no_arrays_behind() {
        Plan plan = plan("DPMSolverSDEScheduler");
        HiddenArrays arrays = new HiddenArrays();
        var start = normal(arrays, 1, ElementType.FLOAT, SHAPE);
        int before = arrays.open();
        List<Integer> counts = new ArrayList<>();
        var end = Sampling.run(plan.on(arrays), input -> start, start, NOISE, progress -> counts.add(arrays.open()));
        assertEquals(before + 1, arrays.open(), "the result");
        assertEquals(counts.get(counts.size() - 1), counts.get(2), "open arrays stay as many: " + counts);
        arrays.close(end);
    }

    /** What a step of one library left is read by another, in the portable form and by rows. */
    @ParameterizedTest
    @EnumSource(HostArrays.class)
    void regions_training_and_states_are_those_of_nd4j(HostArrays host) throws Exception {
        DiffusersScheduler scheduler = DiffusersConfig.of("EulerDiscreteScheduler").scheduler();
        assertArrayEquals(parts(Nd4jArrays.ND4J, scheduler), parts(host, scheduler));
        assertArrayEquals(parts(Nd4jArrays.ND4J, scheduler), parts(new HiddenArrays(), scheduler), 1e-3, "by operations, times up to 1000");
    }

    /** The last preview of a run that ends on clean data is its result, bit by bit. */
    @ParameterizedTest
    @ValueSource(strings = {"DDIMScheduler", "DPMSolverMultistepScheduler", "EulerDiscreteScheduler", "FlowMatchEulerDiscreteScheduler", "UniPCMultistepScheduler"})
    void the_last_preview_is_the_result(String name) {
        Plan plan = DiffusersConfig.of(name).scheduler().plan(8);
        List<double[]> previews = new ArrayList<>();
        HostArray end = Sampling.run(plan.on(HostArrays.HEAP), ArraysTest::network, normal(HostArrays.HEAP, 1, ElementType.FLOAT, SHAPE), NOISE,
                progress -> previews.add(progress.denoised().values()));
        assertArrayEquals(end.values(), previews.get(previews.size() - 1));
    }

    private static <A> double[] parts(Arrays<A> arrays, DiffusersScheduler scheduler) throws Exception {
        Runs<A> runs = scheduler.plan(4).on(arrays);
        A noise = normal(arrays, 1, ElementType.FLOAT, SHAPE);
        A data = normal(arrays, 2, ElementType.FLOAT, 1, 3, 8, 8);
        SamplerState<A> state = runs.step(0, noise, runs.start(noise, NOISE), NOISE);
        Mask mask = Mask.of(new double[] {1, 0, 0.5, 0, 1, 1, 0, 0.25}, 8);
        SamplerState<A> kept = new Inpainting<>(data, mask).keepKnown(runs, 0, state, CounterNoise.of(9));
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        kept.write(bytes);
        SamplerState<A> read = SamplerState.read(arrays, new java.io.ByteArrayInputStream(bytes.toByteArray()));
        NoisedBatch<A> batch = NoisedBatch.of(scheduler.on(arrays), noise, noise, DrawnLevels.at(scheduler, 417, 83), LossWeight.minSnr(5));
        A frames = scheduler.on(arrays, Rows.of(0, 2)).addNoise(noise, noise, DoubleStream.iterate(1, t -> t + 30).limit(16).toArray());
        return Stream.of(read.sample(), runs.denoised(1, noise, read), runs.plan().on(arrays).addNoise(data, noise, 2), batch.input(), batch.target(), batch.timesteps(), batch.weights(), frames,
                runs.input(1, read).timesteps()).flatMapToDouble(array -> DoubleStream.of(arrays.values(array))).toArray();
    }

    /** The pure step in arrays that came back: the same states, and no array more than at first. */
    @ParameterizedTest
    @MethodSource("runs")
    void a_step_into_arrays_of_the_caller_is_the_step(String name, ElementType type) {
        Plan plan = plan(name);
        Runs<HostArray> runs = plan.on(HostArrays.HEAP);
        HostArray noise = normal(HostArrays.HEAP, 1, type, SHAPE);
        SamplerState<HostArray> expected = runs.start(noise, NOISE);
        SamplerState<HostArray> state = runs.start(noise, NOISE);
        try (Buffers<HostArray> buffers = Buffers.recycling(HostArrays.HEAP)) {
            for (int i = 0; i < plan.evaluations(); i++) {
                HostArray output = network(runs.input(i, expected));
                expected = runs.step(i, output, expected, NOISE);
                SamplerState<HostArray> next = runs.stepInto(i, List.of(output), state, NOISE, buffers);
                state.giveExcept(next, buffers);
                state = next;
                assertEquals(expected, state, name + " after " + i);
            }
        }
    }

    @Test
    void what_does_not_fit_is_refused_by_name() {
        Runs<HostArray> runs = plan("DDIMScheduler").on(HostArrays.HEAP);
        HostArray noise = normal(HostArrays.HEAP, 1, ElementType.FLOAT, SHAPE);
        says(() -> runs.step(0, HostArrays.HEAP.make(ElementType.FLOAT, 2, 3), runs.start(noise), NOISE), "[2, 3]", "[2, 3, 8, 8]");
        says(() -> runs.step(0, HostArrays.HEAP.make(ElementType.DOUBLE, SHAPE), runs.start(noise), NOISE), "DOUBLE", "FLOAT");
        says(() -> runs.start(HostArrays.HEAP.make(ElementType.INT64, SHAPE)), "INT64");
        says(() -> HostArray.of(new float[5], 2, 3), "[2, 3]", "6", "5");
        says(() -> HostArrays.DIRECT.make(ElementType.FLOAT, 1 << 15, 1 << 15), "HostArrays.HEAP");
        says(() -> HostArrays.HEAP.make(ElementType.FLOAT, 2, 0), "no values");
        says(() -> noise.part(1, 2, 4), "[2, 3, 8, 8]");
        says(() -> noise.byRows(Rows.of(4)), "[4]", "at least 5");
        says(() -> Rows.of(1, 0), "ascend");
        Runs<HostArray> frames = plan("EulerAncestralDiscreteScheduler").on(HostArrays.HEAP, Rows.of(0, 1));
        says(() -> frames.step(0, noise, frames.start(noise), CounterNoise.ofSeeds(1, 2)), "2 samples", "fill 6");
    }

    private static void says(org.junit.jupiter.api.function.Executable refused, String... words) {
        String message = org.junit.jupiter.api.Assertions.assertThrows(IllegalArgumentException.class, refused).getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), () -> "'" + word + "' is not in: " + message);
        }
    }
}
