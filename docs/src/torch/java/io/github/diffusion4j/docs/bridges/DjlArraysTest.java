package io.github.diffusion4j.docs.bridges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Weighted;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A run over DJL's arrays is the run over Java's own memory, to a few roundings, and leaves nothing behind. */
class DjlArraysTest {

    private static final long[] SHAPE = {2, 3, 8, 8};
    private static final NoiseSource NOISE = CounterNoise.of(5);
    private static final String THRESHOLDING = "{\"_class_name\": \"DDPMScheduler\", \"thresholding\": true, \"sample_max_value\": 2.0, \"dynamic_thresholding_ratio\": 0.9}";
    private static final String LEARNED = "{\"_class_name\": \"DDPMScheduler\", \"variance_type\": \"learned_range\"}";

    private NDManager manager;
    private DjlArrays arrays;

    @BeforeEach
    void open() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        manager = NDManager.newBaseManager("PyTorch");
        arrays = new DjlArrays(manager);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static Stream<Arguments> runs() {
        Stream<String> classes = Stream.of("DDIMScheduler", "DDPMScheduler", "DEISMultistepScheduler", "DPMSolverMultistepScheduler", "DPMSolverSDEScheduler", "EulerAncestralDiscreteScheduler",
                "EulerDiscreteScheduler", "FlowMatchEulerDiscreteScheduler", "HeunDiscreteScheduler", "LCMScheduler", "PNDMScheduler", "SASolverScheduler", "ScoreSdeVeScheduler",
                "UniPCMultistepScheduler").map(name -> "{\"_class_name\": \"" + name + "\"}");
        return Stream.concat(classes, Stream.of(THRESHOLDING, LEARNED)).flatMap(config -> Stream.of(ElementType.FLOAT, ElementType.DOUBLE).map(type -> Arguments.of(config, type)));
    }

    private static <A> A normal(Arrays<A> arrays, int seed, ElementType type, long... shape) {
        A array = arrays.make(type, shape);
        arrays.onHost(array, true, host -> CounterNoise.of(seed).fill(NoiseRequest.start(), host));
        return array;
    }

    /** Where noise is far larger than data as small as a score. */
    private static double factor(ModelInput<?> input) {
        double sigma = input.level().edmSigma();
        return sigma > 50 && Double.isFinite(sigma) ? 0.8 / sigma : 0.8;
    }

    private static HostArray network(ModelInput<HostArray> input, boolean learned) {
        HostArray sample = input.sample();
        HostArray output = HostArrays.HEAP.make(sample.type(), sample.size(0), (learned ? 2 : 1) * sample.size(1), sample.size(2), sample.size(3));
        double factor = factor(input);
        double[] values = DoubleStream.of(sample.values()).map(x -> factor * Math.tanh(x)).toArray();
        output.part(1, 0, sample.size(1)).assign(filled(sample, values));
        if (learned) {
            output.part(1, sample.size(1), 2 * sample.size(1)).assign(filled(sample, values));
        }
        return output;
    }

    private static HostArray filled(HostArray like, double... values) {
        HostArray array = HostArrays.HEAP.make(like.type(), like.shape());
        array.fill(values);
        return array;
    }

    private Sampling.Model<NDArray> network(boolean learned) {
        double[] factor = new double[1];
        Sampling.Model<NDArray> model = arrays.model((sample, timesteps) -> {
            NDArray values = sample.tanh().mul(factor[0]);
            return learned ? values.concat(values, 1) : values;
        });
        return input -> {
            factor[0] = factor(input);
            return model.predict(input);
        };
    }

    @ParameterizedTest
    @MethodSource("runs")
    void a_run_over_ndarray_agrees_but_for_rounding(String config, ElementType type) {
        boolean learned = config.equals(LEARNED);
        Plan plan = DiffusersConfig.parse(config).scheduler().plan(6);
        double[] expected = Sampling.run(plan.on(HostArrays.HEAP), input -> network(input, learned), normal(HostArrays.HEAP, 1, type, SHAPE), NOISE, Sampling.Listener.none()).values();
        double[] actual = arrays.values(Sampling.run(plan.on(arrays), network(learned), normal(arrays, 1, type, SHAPE), NOISE, Sampling.Listener.none()));
        double scale = DoubleStream.of(expected).map(Math::abs).max().orElseThrow();
        assertTrue(scale > 0 && Double.isFinite(scale));
        assertArrayEquals(expected, actual, scale * (type == ElementType.FLOAT ? 2e-4 : 1e-11), config);
    }

    private static Stream<String> long_runs() {
        return Stream.of("{\"_class_name\": \"DPMSolverSDEScheduler\"}", "{\"_class_name\": \"UniPCMultistepScheduler\"}", "{\"_class_name\": \"EulerDiscreteScheduler\"}", THRESHOLDING, LEARNED);
    }

    @ParameterizedTest
    @MethodSource("long_runs")
    void a_long_run_leaves_no_arrays_behind(String config) {
        Plan plan = DiffusersConfig.parse(config).scheduler().plan(100);
        NDArray noise = normal(arrays, 1, ElementType.FLOAT, SHAPE);
        List<Integer> counts = new ArrayList<>();
        NDArray end = Sampling.run(plan.on(arrays), network(config.equals(LEARNED)), noise, NOISE, progress -> {
            progress.denoised();
            counts.add(managed());
        });
        assertTrue(counts.size() >= 100);
        assertEquals(List.of(counts.get(5)), counts.subList(5, counts.size() - 5).stream().distinct().toList(), () -> "arrays before the steps: " + counts);
        assertEquals(3, managed(), "noise, result and the network's last output");
        assertFalse(end.isReleased());
    }

    private int managed() {
        return manager.getManagedArrays().size();
    }

    /** Weights that differ by frame, and what a training step is made of. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "DOUBLE"})
    void frames_and_training_batches_are_those_of_the_heap(ElementType type) {
        DiffusersScheduler scheduler = DiffusersConfig.of("DDPMScheduler").scheduler();
        double tolerance = type == ElementType.FLOAT ? 1e-6 : 1e-14;
        assertArrayEquals(batch(HostArrays.HEAP, scheduler, type), batch(arrays, scheduler, type), tolerance);
        assertArrayEquals(frames(HostArrays.HEAP, scheduler, type), frames(arrays, scheduler, type), tolerance);
    }

    private static <A> double[] batch(Arrays<A> arrays, DiffusersScheduler scheduler, ElementType type) {
        A data = normal(arrays, 2, type, SHAPE);
        NoisedBatch<A> batch = NoisedBatch.of(scheduler.on(arrays), data, normal(arrays, 3, type, SHAPE), DrawnLevels.at(scheduler, 417, 83), LossWeight.minSnr(5));
        return Stream.of(batch.input(), batch.target(), batch.weights()).flatMapToDouble(array -> DoubleStream.of(arrays.values(array))).toArray();
    }

    private static <A> double[] frames(Arrays<A> arrays, DiffusersScheduler scheduler, ElementType type) {
        A video = normal(arrays, 2, type, 2, 3, 4, 5, 5);
        return arrays.values(scheduler.on(arrays, Rows.of(0, 2)).addNoise(video, normal(arrays, 3, type, 2, 3, 4, 5, 5), IntStream.range(0, 8).mapToDouble(frame -> 1 + 120 * frame).toArray()));
    }

    /** A single image serves a batch of noise, and comes first in the sum. */
    @Test
    void an_axis_of_size_one_repeats() {
        Runs<NDArray> runs = DiffusersConfig.of("EulerDiscreteScheduler").scheduler().plan(4).on(arrays);
        Runs<HostArray> expected = runs.plan().on(HostArrays.HEAP);
        assertArrayEquals(expected.addNoise(normal(HostArrays.HEAP, 2, ElementType.FLOAT, 1, 3, 8, 8), normal(HostArrays.HEAP, 1, ElementType.FLOAT, SHAPE), 2).values(),
                arrays.values(runs.addNoise(normal(arrays, 2, ElementType.FLOAT, 1, 3, 8, 8), normal(arrays, 1, ElementType.FLOAT, SHAPE), 2)), 1e-5);
    }

    @Test
    void values_of_every_type_and_layout_go_to_the_host_and_back() {
        for (ElementType type : List.of(ElementType.FLOAT, ElementType.DOUBLE, ElementType.HALF, ElementType.INT64)) {
            double[] values = {1, -2, 3, -4, 5, 6};
            NDArray vector = arrays.vector(type, values);
            assertEquals(type, arrays.type(vector));
            assertArrayEquals(values, arrays.values(vector));
            NDArray transposed = vector.reshape(2, 3).transpose();
            assertArrayEquals(new double[] {1, -4, -2, 5, 3, 6}, arrays.values(transposed), "transposed");
            assertArrayEquals(new double[] {1, -4, -2, 5, 3, 6}, arrays.values(arrays.copy(transposed)), "copied");
            assertArrayEquals(new double[] {-2, 5}, arrays.values(arrays.part(transposed, 0, 1, 2)), "part");
            NDArray wider = arrays.make(ElementType.DOUBLE, 6);
            arrays.assign(vector, wider);
            assertArrayEquals(values, arrays.values(wider), "assigned");
        }
        says(IllegalArgumentException.class, "BFLOAT16", () -> arrays.make(ElementType.BFLOAT16, 2));
        assertThrows(IllegalArgumentException.class, () -> arrays.type(manager.zeros(new ai.djl.ndarray.types.Shape(2), DataType.INT32)));
        assertArrayEquals(new double[] {7}, arrays.values(arrays.copy(manager.create(7.0))), "a single number");
    }

    @Test
    void a_part_is_a_view_that_is_released_alone() {
        NDArray whole = arrays.vector(ElementType.FLOAT, 1, 2, 3, 4);
        int before = managed();
        NDArray part = arrays.part(whole, 0, 1, 3);
        arrays.onHost(part, true, host -> host.fill(20, 30));
        assertEquals(before + 1, managed());
        arrays.release(part);
        assertEquals(before, managed());
        assertArrayEquals(new double[] {1, 20, 30, 4}, arrays.values(whole));
    }

    @Test
    void a_combination_has_its_type_and_limit_and_frees_its_temporaries() {
        NDArray doubles = arrays.vector(ElementType.DOUBLE, 1, 2);
        NDArray halves = arrays.vector(ElementType.HALF, 4, -8);
        int before = managed();
        for (ElementType type : List.of(ElementType.FLOAT, ElementType.DOUBLE)) {
            NDArray sum = arrays.combine(new Weighted<>(type, List.of(halves, doubles), new double[][] {{0.5, 1}}, Rows.SAMPLES, 2.5), 2);
            assertEquals(type, arrays.type(sum));
            assertArrayEquals(new double[] {2.5, -2}, arrays.values(sum));
            assertEquals(before + 1, managed());
            sum.close();
        }
        NDArray nothing = arrays.combine(new Weighted<>(ElementType.FLOAT, List.of(), new double[1][0], Rows.SAMPLES, 1), 2);
        assertArrayEquals(new double[2], arrays.values(nothing));
    }

    @Test
    void what_is_closed_or_does_not_fit_is_refused_by_name() {
        Runs<NDArray> runs = DiffusersConfig.of("DDIMScheduler").scheduler().plan(4).on(arrays);
        NDArray noise = normal(arrays, 1, ElementType.FLOAT, SHAPE);
        try (Session<NDArray> session = runs.session(noise, NOISE)) {
            NDArray output = arrays.copy(noise);
            output.close();
            says(IllegalArgumentException.class, "the network output is closed", () -> session.step(output));
            says(IllegalArgumentException.class, "[2, 3]", () -> session.step(arrays.make(ElementType.FLOAT, 2, 3)));
            says(IllegalArgumentException.class, "DOUBLE", () -> session.step(arrays.make(ElementType.DOUBLE, SHAPE)));
            session.step(noise);
            session.sample().close();
            says(IllegalStateException.class, "was closed", () -> session.step(noise));
        }
        NDArray closed = arrays.copy(noise);
        closed.close();
        says(IllegalArgumentException.class, "closed", () -> runs.addNoise(closed, noise, 1));
        says(IllegalArgumentException.class, "closed", () -> arrays.values(closed));
        says(IllegalArgumentException.class, "closed", () -> arrays.assign(noise, closed));
    }

    /** The output may be the sample itself, which stays the run's own. */
    @Test
    void a_network_may_return_what_it_was_given() {
        Plan plan = DiffusersConfig.of("DDIMScheduler").scheduler().plan(6);
        double[] expected = Sampling.run(plan.on(HostArrays.HEAP), ModelInput::sample, normal(HostArrays.HEAP, 1, ElementType.DOUBLE, SHAPE), NOISE, Sampling.Listener.none()).values();
        NDArray start = normal(arrays, 1, ElementType.DOUBLE, SHAPE);
        NDArray end = Sampling.run(plan.on(arrays), arrays.model((sample, timesteps) -> sample), start, NOISE, Sampling.Listener.none());
        assertArrayEquals(expected, arrays.values(end), 1e-11);
    }

    private static void says(Class<? extends RuntimeException> type, String words, org.junit.jupiter.api.function.Executable refused) {
        String message = assertThrows(type, refused).getMessage();
        assertTrue(message.contains(words), () -> "'" + words + "' is not in: " + message);
    }

    /** The network of the bridge's test needs no bridge here. */
    @Test
    void a_network_is_a_function_of_ndarrays() {
        Plan plan = Ring.SCHEDULER.plan(20);
        org.nd4j.linalg.api.ndarray.INDArray start = org.nd4j.linalg.factory.Nd4j.randn(org.nd4j.linalg.api.buffer.DataType.FLOAT, 64, 2);
        double[] expected = Sampling.run(plan, TorchBridgeTest.NETWORK, start, NoiseSource.none(), Sampling.Listener.none()).data().asDouble();
        NDArray noise = arrays.make(ElementType.FLOAT, 64, 2);
        arrays.onHost(noise, true, host -> host.fill(start.data().asDouble()));
        Sampling.Model<NDArray> model = arrays.model((sample, timesteps) -> TorchBridgeTest.evaluate(manager, sample, timesteps));
        NDArray points = Sampling.run(plan.on(arrays), model, noise, NoiseSource.none(), Sampling.Listener.none());
        assertArrayEquals(expected, arrays.values(points), 1e-4);
        assertEquals(3, managed(), "noise, result and the network's last output");
    }
}
