package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.TimestepSampler;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

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
        if (type != ElementType.FLOAT && type != ElementType.DOUBLE) {
            return;
        }
        Plan plan = plan(name);
        double[] expected = run(Nd4jArrays.ND4J, plan, type);
        double[] actual = run(new HiddenArrays(), plan, type);
        double scale = DoubleStream.of(expected).map(Math::abs).max().orElseThrow();
        assertArrayEquals(expected, actual, scale * (type == ElementType.FLOAT ? 2e-4 : 1e-11), name);
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
    }

    private static <A> double[] parts(Arrays<A> arrays, DiffusersScheduler scheduler) throws Exception {
        Runs<A> runs = scheduler.plan(4).on(arrays);
        A noise = normal(arrays, 1, ElementType.FLOAT, SHAPE);
        A data = normal(arrays, 2, ElementType.FLOAT, 1, 3, 8, 8);
        SamplerState<A> state = runs.step(0, noise, runs.start(noise, NOISE), NOISE);
        Mask mask = Mask.of(new double[] {1, 0, 0.5, 0, 1, 1, 0, 0.25}, 8);
        SamplerState<A> kept = new Inpainting<>(data, mask).keepKnown(runs.plan(), 0, state, CounterNoise.of(9));
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        kept.write(bytes);
        SamplerState<A> read = SamplerState.read(arrays, new java.io.ByteArrayInputStream(bytes.toByteArray()));
        NoisedBatch<A> batch = NoisedBatch.of(scheduler.on(arrays), noise, noise, TimestepSampler.uniform(1000).draw(new CounterUniform(1), 0, 2), LossWeight.minSnr(5));
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
                SamplerState<HostArray> next = runs.stepInto(i, output, state, NOISE, buffers);
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
