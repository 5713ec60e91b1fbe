package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Where an array's values lie in memory changes no bit of a result, in any type: dense views with an offset, gaps and Fortran order are arrays like others. */
class LayoutsTest {

    private static final CounterNoise NOISE = CounterNoise.of(4);

    private static final List<DataType> TYPES = List.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16);

    /** The same values elsewhere: behind others, between others, column by column. */
    private static final List<UnaryOperator<INDArray>> LAYOUTS = List.of(array -> within(array, 1), array -> within(array, 3), array -> array.dup('f'), LayoutsTest::between);

    static Stream<SolverCatalog.Entry> solvers() {
        return SolverCatalog.all().stream();
    }

    @Provide
    Arbitrary<DataType> types() {
        return Arbitraries.of(TYPES);
    }

    /** A dense view of a larger array, after {@code before} other samples. */
    private static INDArray within(INDArray array, int before) {
        long[] shape = array.shape().clone();
        shape[0] += before;
        INDArray parent = Nd4j.valueArrayOf(shape, 77.0, array.dataType());
        INDArray view = parent.get(NDArrayIndex.interval(before, shape[0]), NDArrayIndex.all());
        view.assign(array);
        return view;
    }

    private static INDArray between(INDArray array) {
        INDArray parent = Nd4j.zeros(array.dataType(), array.size(0), 2 * array.size(1));
        INDArray view = parent.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 2, 2 * array.size(1)));
        view.assign(array);
        return view;
    }

    private static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    }

    private static double[] run(Plan plan, DataType type, UnaryOperator<INDArray> layout) {
        SamplerState<INDArray> state = plan.start(layout.apply(NOISE.draw(NoiseRequest.start(), type, 2, 3)), NOISE);
        while (state.index() < plan.evaluations()) {
            ModelInput<INDArray> input = plan.input(state.index(), state);
            INDArray output = layout.apply(Transforms.tanh(input.sample(), true).mul(0.8));
            state = plan.step(state.index(), output, state, NOISE);
        }
        return values(state.sample());
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void steps_have_the_same_bits(SolverCatalog.Entry entry) {
        Plan plan = Trajectory.plan(entry.of(6), OrderOfConvergence.grid(6));
        for (DataType type : TYPES) {
            double[] expected = run(plan, type, UnaryOperator.identity());
            for (UnaryOperator<INDArray> layout : LAYOUTS) {
                assertArrayEquals(expected, run(plan, type, layout), entry + " " + type);
            }
        }
    }

    /** One half of a guided batch, taken where it lies. */
    @Property(tries = 40, seed = "42")
    void the_conditional_half_is_the_conditional_half(@ForAll("types") DataType type, @ForAll @IntRange(min = 0, max = 5) int row, @ForAll @IntRange(min = 1, max = 2000) int width) {
        Plan plan = DiffusersConfig.of("EulerDiscreteScheduler").scheduler().plan(5);
        INDArray sample = NOISE.draw(NoiseRequest.start(), type, 1, width);
        INDArray both = CounterNoise.of(9).draw(NoiseRequest.start(), type, 6, width);
        INDArray half = both.get(NDArrayIndex.interval(row, row + 1), NDArrayIndex.all());
        double[] expected = values(plan.step(0, half.dup('c'), plan.start(sample), NOISE).sample());
        assertArrayEquals(expected, values(plan.step(0, half, plan.start(sample), NOISE).sample()));
    }

    @Property(tries = 40, seed = "42")
    void rows_are_noised_where_they_lie(@ForAll("types") DataType type, @ForAll @IntRange(min = 0, max = 3) int from, @ForAll @IntRange(min = 1, max = 30) int width) {
        Scheduler scheduler = DiffusersConfig.of("DDPMScheduler").scheduler();
        INDArray data = CounterNoise.of(9).draw(NoiseRequest.start(), type, 5, width);
        INDArray noise = NOISE.draw(NoiseRequest.start(), type, 5, width);
        INDArray all = scheduler.addNoise(data, noise, 100, 300, 500, 700, 900);
        double[] times = {100, 300, 500, 700, 900};
        INDArray two = scheduler.addNoise(rows(data, from), rows(noise, from), times[from], times[from + 1]);
        assertArrayEquals(values(rows(all, from)), values(two));
    }

    private static INDArray rows(INDArray array, int from) {
        return array.get(NDArrayIndex.interval(from, from + 2), NDArrayIndex.all());
    }

    /** The variance is the second half of the channels: for one sample, a dense view of the output. */
    @ParameterizedTest
    @MethodSource("typesInOrder")
    void a_learned_variance_is_not_the_prediction(DataType type) {
        Plan plan = DiffusersConfig.of("DDPMScheduler").with("variance_type", "learned_range").scheduler().plan(50);
        double[] exact = learned(plan, DataType.DOUBLE);
        double[] actual = learned(plan, type);
        double tolerance = type == DataType.DOUBLE ? 0 : type == DataType.FLOAT ? 1e-4 : type == DataType.BFLOAT16 ? 0.3 : 0.04;
        assertArrayEquals(exact, actual, tolerance + Double.MIN_VALUE);
    }

    static Stream<DataType> typesInOrder() {
        return TYPES.stream();
    }

    private static double[] learned(Plan plan, DataType type) {
        SamplerState<INDArray> state = plan.start(NOISE.draw(NoiseRequest.start(), type, 1, 2, 4, 4));
        while (state.index() < plan.evaluations()) {
            INDArray prediction = Transforms.tanh(state.sample(), true).mul(0.8);
            INDArray variance = Transforms.tanh(state.sample().mul(-3), true);
            state = plan.step(state.index(), Nd4j.concat(1, prediction, variance), state, NOISE);
        }
        return values(state.sample());
    }

    @Property(tries = 40, seed = "42")
    void noise_and_known_regions_of_views_are_those_of_copies(@ForAll("types") DataType type, @ForAll @IntRange(min = 0, max = 3) int layout) {
        INDArray sample = NOISE.draw(NoiseRequest.start(), type, 2, 5);
        INDArray known = NOISE.draw(NoiseRequest.forward(0), type, 2, 5);
        INDArray mask = Nd4j.createFromArray(new int[][] {{1, 0, 0, 1, 1}});
        Plan plan = DiffusersConfig.of("EulerDiscreteScheduler").scheduler().plan(4);
        NoiseSource sources = NoiseSource.perSample(CounterNoise.of(1), CounterNoise.of(2));
        UnaryOperator<INDArray> moved = LAYOUTS.get(layout);
        SamplerState<INDArray> state = plan.step(0, sample, plan.start(sample), NOISE);
        SamplerState<INDArray> elsewhere = plan.step(0, moved.apply(sample), plan.start(moved.apply(sample)), NOISE);
        double[] expected = values(new Inpainting<>(known, Mask.of(mask)).keepKnown(plan, 0, state, sources).sample());
        double[] actual = values(new Inpainting<>(moved.apply(known), Mask.of(mask.castTo(DataType.BOOL))).keepKnown(plan, 0, elsewhere, sources).sample());
        assertArrayEquals(expected, actual);
        INDArray view = moved.apply(sample);
        sources.fill(NoiseRequest.start(), Nd4jArrays.ND4J.memory(view));
        assertArrayEquals(values(sources.draw(NoiseRequest.start(), type, 2, 5)), values(view));
    }

    @Property(tries = 40, seed = "42")
    void a_state_writes_its_own_values(@ForAll("types") DataType type, @ForAll @IntRange(min = 0, max = 3) int layout) throws IOException {
        INDArray view = LAYOUTS.get(layout).apply(NOISE.draw(NoiseRequest.start(), type, 2, 5));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new SamplerState<>(Nd4jArrays.ND4J, 0, view, view, List.of()).write(bytes);
        assertArrayEquals(values(view), values(SamplerState.read(new ByteArrayInputStream(bytes.toByteArray())).sample()));
    }

    @Test
    void images_of_bytes_are_refused_with_the_types_that_work() {
        INDArray bytes = Nd4j.zeros(DataType.UINT8, 2, 3);
        DrawnLevels draw = DrawnLevels.at(DiffusersConfig.of("DDPMScheduler").scheduler(), 417, 83);
        String message = assertThrows(IllegalArgumentException.class, () -> NoisedBatch.of(DiffusersConfig.of("DDPMScheduler").scheduler(), bytes, bytes, draw, LossWeight.plain())).getMessage();
        assertTrue(message.contains("FLOAT, DOUBLE, HALF or BFLOAT16"), message);
        message = assertThrows(IllegalArgumentException.class, () -> DiffusersConfig.of("EulerDiscreteScheduler").scheduler().plan(4).start(bytes)).getMessage();
        assertTrue(message.contains("FLOAT, DOUBLE, HALF or BFLOAT16"), message);
    }

    /** In BFLOAT16 timestep 999 would be 1000 and 257 would be 256; in HALF the SNR at 0 would be infinite. */
    @Property(tries = 40, seed = "42")
    void what_a_network_is_told_is_not_rounded_as_its_data_are(@ForAll("types") DataType type, @ForAll @IntRange(min = 0, max = 999) int timestep) {
        INDArray data = NOISE.draw(NoiseRequest.start(), type, 2, 3);
        Scheduler scheduler = DiffusersConfig.of("DDPMScheduler").with("prediction_type", "sample").scheduler();
        NoisedBatch<INDArray> batch = NoisedBatch.of(scheduler, data, data, DrawnLevels.at(scheduler, timestep, 0), LossWeight.snr());
        assertArrayEquals(new double[] {timestep, 0}, values(batch.timesteps()));
        double[] snr = Arrays.stream(new double[] {timestep, 0}).map(t -> Math.pow(scheduler.level(t).alpha() / scheduler.level(t).sigma(), 2)).toArray();
        for (int i = 0; i < 2; i++) {
            assertEquals(snr[i], values(batch.weights())[i], 1e-6 * snr[i]);
        }
        Plan plan = scheduler.plan(1000);
        ModelInput<INDArray> input = plan.from(999 - timestep).input(0, plan.from(999 - timestep).startFrom(data));
        assertArrayEquals(new double[] {timestep, timestep}, values(input.timesteps()));
        INDArray whole = input.wholeTimesteps();
        assertEquals(DataType.INT64, whole.dataType());
        assertArrayEquals(new long[] {timestep, timestep}, whole.toLongVector());
    }

    @Test
    void timesteps_between_whole_numbers_are_not_made_whole() {
        Plan plan = DiffusersConfig.of("EulerDiscreteScheduler").with("use_karras_sigmas", true).scheduler().plan(7).from(3);
        ModelInput<INDArray> input = plan.input(0, plan.startFrom(NOISE.draw(NoiseRequest.start(), DataType.FLOAT, 1, 3)));
        String message = assertThrows(IllegalStateException.class, input::wholeTimesteps).getMessage();
        assertTrue(message.contains("is not a whole number"), message);
    }
}
