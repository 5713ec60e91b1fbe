package io.github.diffusion4j.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class KernelsTest {

    private static final double[] WEIGHTS = {0.3, -1.7, 2.5, 0.9, -0.4, 1.1, -0.7, 1.3};

    private static INDArray array(int number, DataType type, long... shape) {
        return CounterNoise.of(number).draw(NoiseRequest.start(), type, shape);
    }

    private static void combine(INDArray out, List<Term<INDArray>> terms) {
        Kernels.combine(Nd4jArrays.ND4J, Rows.SAMPLES, out, false, terms);
    }

    private static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    }

    /** {@code sum of w_k x_k} in double, and the sum of the terms' magnitudes. */
    private static double[][] expected(List<INDArray> arrays, double[][] weights) {
        double[][] sum = new double[2][(int) arrays.get(0).length()];
        int rowLength = sum[0].length / (int) arrays.get(0).size(0);
        for (int k = 0; k < arrays.size(); k++) {
            double[] x = values(arrays.get(k));
            for (int i = 0; i < x.length; i++) {
                double term = weights[k][weights[k].length == 1 ? 0 : i / rowLength] * x[i];
                sum[0][i] += term;
                sum[1][i] += Math.abs(term);
            }
        }
        return sum;
    }

    /** Infinity is a value: floats say what doubles say, and its neighbours keep their bits. */
    @Property(tries = 100, seed = "42")
    void values_beyond_floats_end_where_doubles_do(@ForAll @IntRange(min = 1, max = 5) int terms, @ForAll @IntRange(min = 1, max = 3000) int length,
            @ForAll @IntRange(min = 0, max = 2999) int place, @ForAll("extremes") float extreme, @ForAll boolean inPlace) {
        INDArray[] arrays = new INDArray[terms];
        List<Term<INDArray>> sum = new ArrayList<>();
        for (int k = 0; k < terms; k++) {
            arrays[k] = array(k, DataType.FLOAT, 1, length);
            sum.add(Nd.term(arrays[k], k == 0 ? 10 : WEIGHTS[k]));
        }
        INDArray usual = Nd.empty(DataType.FLOAT, 1, length);
        combine(usual, sum);
        int at = place % length;
        arrays[0].putScalar(0, at, extreme);
        arrays[terms - 1].putScalar(0, at, terms == 1 ? extreme : extreme / 2);
        double expected = IntStream.range(0, terms).mapToDouble(k -> sum.get(k).weights()[0] * arrays[k].getFloat(0, at)).sum();
        INDArray out = inPlace ? arrays[0] : Nd.empty(DataType.FLOAT, 1, length);
        combine(out, sum);
        assertEquals((float) expected, out.getFloat(0, at), Float.isInfinite((float) expected) ? 0f : 1e32f);
        usual.putScalar(0, at, 0);
        out.putScalar(0, at, 0);
        assertArrayEquals(values(usual), values(out));
    }

    @Provide
    Arbitrary<Float> extremes() {
        return Arbitraries.of(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.MAX_VALUE, -Float.MAX_VALUE, 1e38f, 3e37f);
    }

    @Test
    void a_pass_has_as_many_registers_as_it_says() {
        assertThrows(IllegalArgumentException.class, () -> new Pass(Pass.REGISTERS + 1));
        INDArray one = Nd4j.ones(DataType.FLOAT, 3);
        INDArray sum = Nd.empty(DataType.FLOAT, 3);
        combine(sum, Collections.nCopies(Pass.REGISTERS - 1, Nd.term(one, 1)));
        assertEquals(Pass.REGISTERS - 1, sum.getFloat(2));
    }

    /** Half a unit in the last place, and what two floats in a row (48 bits, rounded a few times) may lose of the terms. */
    @Property(tries = 60, seed = "42")
    void combine_is_the_sum_rounded_once(@ForAll @IntRange(min = 1, max = 8) int terms, @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 5000) int length, @ForAll boolean floats, @ForAll boolean perSample) {
        DataType type = floats ? DataType.FLOAT : DataType.DOUBLE;
        List<INDArray> arrays = new ArrayList<>();
        double[][] weights = new double[terms][];
        List<Term<INDArray>> sum = new ArrayList<>();
        for (int k = 0; k < terms; k++) {
            int number = k;
            arrays.add(array(k, type, batch, length));
            weights[k] = IntStream.range(0, perSample ? batch : 1).mapToDouble(row -> WEIGHTS[number] * (row - 1.5)).toArray();
            sum.add(Nd.term(arrays.get(k), weights[k]));
        }
        INDArray out = Nd.empty(type, batch, length);
        combine(out, sum);
        double[][] exact = expected(arrays, weights);
        double[] actual = values(out);
        for (int i = 0; i < actual.length; i++) {
            double rounding = floats ? Math.ulp((float) exact[0][i]) / 2 + 0x1p-44 * exact[1][i] : 0x1p-50 * exact[1][i];
            assertEquals(exact[0][i], actual[i], rounding);
        }
    }

    /** As many roundings as terms, and one for each weight; in place and whatever the length, and only where floats are summed. */
    @Property(tries = 100, seed = "42")
    void a_chain_is_off_by_as_many_roundings_as_terms(@ForAll @IntRange(min = 1, max = 8) int terms, @ForAll @IntRange(min = 1, max = 3000) int length,
            @ForAll @DoubleRange(min = -3, max = 3) double weight, @ForAll boolean inPlace, @ForAll boolean floats) {
        DataType type = floats ? DataType.FLOAT : DataType.DOUBLE;
        List<INDArray> arrays = IntStream.range(0, terms).mapToObj(k -> array(k, type, 1, length)).toList();
        double[][] weights = IntStream.range(0, terms).mapToObj(k -> new double[] {k == 0 && weight != 0 ? weight : WEIGHTS[k]}).toArray(double[][]::new);
        double[][] exact = expected(arrays, weights);
        INDArray out = inPlace ? arrays.get(length % terms) : Nd.empty(type, 1, length);
        Kernels.combine(Nd4jArrays.ND4J, Rows.SAMPLES, out, true, IntStream.range(0, terms).mapToObj(k -> Nd.term(arrays.get(k), weights[k])).toList());
        double[] actual = values(out);
        for (int i = 0; i < length; i++) {
            assertEquals(exact[0][i], actual[i], floats ? (terms + 1) * 0x1p-24 * exact[1][i] : 0x1p-50 * exact[1][i]);
        }
    }

    /** x (1 + 2^-30) - x: single precision alone would give 0. */
    @Test
    void what_nearly_cancels_keeps_its_digits() {
        INDArray x = array(1, DataType.FLOAT, 3000);
        INDArray y = array(2, DataType.FLOAT, 3000);
        INDArray out = Nd.empty(DataType.FLOAT, 3000);
        Nd.combine(out, Nd.term(x, 1 + 0x1p-30), Nd.term(y, 1), Nd.term(x, -1), Nd.term(y, -1));
        double[] values = values(x);
        double[] actual = values(out);
        for (int i = 0; i < values.length; i++) {
            assertEquals(values[i] * 0x1p-30, actual[i], 0x1p-44 * (1 + Math.abs(values[i])));
        }
    }

    /** One element, part of a block, whole blocks and several threads: the same bits, whatever stands around a value. */
    @Property(tries = 40, seed = "42")
    void length_and_threads_do_not_change_a_bit(@ForAll @IntRange(min = 1, max = 100_000) int length, @ForAll @IntRange(min = 1, max = 8) int terms, @ForAll boolean floats) {
        DataType type = floats ? DataType.FLOAT : DataType.DOUBLE;
        INDArray whole = Nd.empty(type, LONG);
        combine(whole, terms(terms, k -> LONG_ARRAYS.get(type).get(k)));
        INDArray part = Nd.empty(type, length);
        combine(part, terms(terms, k -> LONG_ARRAYS.get(type).get(k).get(NDArrayIndex.interval(7, 7 + length))));
        assertArrayEquals(Arrays.copyOfRange(values(whole), 7, 7 + length), values(part));
        part.close();
        whole.close();
    }

    /** Long enough for several threads with any number of terms. */
    private static final int LONG = 300_007;

    private static final Map<DataType, List<INDArray>> LONG_ARRAYS = Map.of(DataType.FLOAT, longArrays(DataType.FLOAT), DataType.DOUBLE, longArrays(DataType.DOUBLE));

    private static List<INDArray> longArrays(DataType type) {
        return IntStream.range(0, WEIGHTS.length).mapToObj(k -> array(k, type, LONG)).toList();
    }

    private static List<Term<INDArray>> terms(int count, IntFunction<INDArray> arrays) {
        return IntStream.range(0, count).mapToObj(k -> Nd.term(arrays.apply(k), WEIGHTS[k])).toList();
    }

    @Test
    void a_pass_works_in_place_and_chains_its_registers() {
        for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16)) {
            INDArray x = array(1, type, 2, 1500);
            INDArray y = array(2, type, 2, 1500);
            double[] a = values(x);
            double[] b = values(y);
            ArrayPass<INDArray> pass = Nd.pass(4);
            for (int run = 0; run < 2; run++) {
                pass.clear();
                pass.read(0, x);
                pass.read(1, y);
                pass.write(3, x);
                pass.assign(2, 0.5, new double[] {0.25, 0.5});
                pass.assign(3, Double.POSITIVE_INFINITY, new double[] {0, 1, 2}, new double[] {1, 0, -1});
                pass.run();
                for (int i = 0; i < a.length; i++) {
                    double clamped = Math.max(-0.5, Math.min(0.5, 0.25 * a[i] + 0.5 * b[i]));
                    a[i] = i < 1500 ? b[i] + 2 * clamped : a[i] - clamped;
                    double error = type == DataType.DOUBLE ? 1e-15 : type == DataType.FLOAT ? 1e-6 : type == DataType.FLOAT16 ? 2e-3 : 2e-2;
                    assertEquals(a[i], x.getDouble(i / 1500, i % 1500), error * (1 + Math.abs(a[i])));
                }
                a = values(x);
            }
            assertArrayEquals(b, values(y));
        }
    }

    /** All 65,536 numbers of each 16-bit type, and the nearest-even rule halfway between two of them, against ND4J's own conversion. */
    @ParameterizedTest
    @EnumSource(value = DataType.class, names = {"HALF", "BFLOAT16"})
    void half_precision_is_read_exactly_and_rounded_to_nearest(DataType type) {
        boolean brain = type == DataType.BFLOAT16;
        for (int bits = 0; bits < 0x7fff; bits++) {
            float value = brain ? HalfFloats.fromBrain((short) bits) : HalfFloats.fromHalf((short) bits);
            float next = brain ? HalfFloats.fromBrain((short) (bits + 1)) : HalfFloats.fromHalf((short) (bits + 1));
            if (Float.isNaN(value) || Float.isInfinite(next) || Float.isNaN(next) || Float.isInfinite(value)) {
                continue;
            }
            assertTrue(next > value);
            assertEquals(bits, bits(brain, value));
            assertEquals(bits | 0x8000, bits(brain, -value) & 0xffff);
            float middle = (float) (((double) value + next) / 2);
            assertEquals((bits & 1) == 0 ? bits : bits + 1, bits(brain, middle));
            assertEquals(bits, bits(brain, Math.nextDown(middle)));
            assertEquals(bits + 1, bits(brain, Math.nextUp(middle)));
        }
        assertEquals(Float.POSITIVE_INFINITY, brain ? HalfFloats.fromBrain(HalfFloats.toBrain(Float.MAX_VALUE)) : HalfFloats.fromHalf(HalfFloats.toHalf(65520)));
        assertTrue(Float.isNaN(brain ? HalfFloats.fromBrain(HalfFloats.toBrain(Float.NaN)) : HalfFloats.fromHalf(HalfFloats.toHalf(Float.NaN))));
        assertEquals(brain ? 1.0078125f : 1.0009766f, brain ? HalfFloats.fromBrain((short) 0x3f81) : HalfFloats.fromHalf((short) 0x3c01));
    }

    private static int bits(boolean brain, float value) {
        return brain ? HalfFloats.toBrain(value) : HalfFloats.toHalf(value);
    }

    @Property(tries = 100, seed = "42")
    void a_selected_quantile_is_the_sorted_one(@ForAll @IntRange(min = 1, max = 3000) int length, @ForAll @DoubleRange(min = 0, max = 1) double ratio, @ForAll boolean floats,
            @ForAll boolean ties) {
        DataType type = floats ? DataType.FLOAT : DataType.DOUBLE;
        INDArray x = array(length, type, 1, length);
        if (ties) {
            Nd.fill(x, Arrays.stream(values(x)).map(v -> Math.rint(v * 2) / 2).toArray());
        }
        double[] sorted = Arrays.stream(values(x)).map(Math::abs).sorted().toArray();
        int low = (int) (ratio * (length - 1));
        double fraction = ratio * (length - 1) - low;
        double expected = sorted[low] + (sorted[Math.min(low + 1, length - 1)] - sorted[low]) * fraction;
        assertEquals(expected, OrderStatistics.absoluteQuantile(Nd4jArrays.ND4J.memory(x), 0, length, ratio));
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = {"FLOAT", "DOUBLE", "HALF", "BFLOAT16"})
    void layouts_do_not_matter(DataType type) {
        INDArray a = array(1, type, 2, 3, 4);
        INDArray b = array(2, type, 2, 3, 4);
        INDArray expected = Nd.empty(type, 2, 3, 4);
        Nd.combine(expected, Nd.term(a, 0.25), Nd.term(b, -1.5, 3));
        INDArray wide = Nd4j.zeros(type, 2, 7, 4);
        INDArray view = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 5), NDArrayIndex.all());
        view.assign(b);
        INDArray permuted = Nd4j.zeros(type, 4, 3, 2).permute(2, 1, 0);
        permuted.assign(a);
        for (INDArray left : List.of(a, a.dup('f'), permuted)) {
            for (INDArray right : List.of(b, b.dup('f'), view)) {
                INDArray out = Nd.empty(type, 2, 3, 4);
                INDArray fortran = Nd4j.create(type, new long[] {2, 3, 4}, 'f');
                Nd.combine(out, Nd.term(left, 0.25), Nd.term(right, -1.5, 3));
                Nd.combine(fortran, Nd.term(left, 0.25), Nd.term(right, -1.5, 3));
                assertArrayEquals(values(expected), values(out));
                assertArrayEquals(values(expected), values(fortran));
            }
        }
    }

    /** Noise made while the pass runs has the bits of noise that an array held, with one thread and with many. */
    @Property(tries = 40, seed = "42")
    void noise_made_by_the_pass_is_noise_read_from_an_array(@ForAll @IntRange(min = 1, max = 60_000) int length, @ForAll @IntRange(min = 1, max = 5) int batch,
            @ForAll @From("types") DataType type) {
        INDArray x = array(1, type, batch, length);
        INDArray z = array(2, type == DataType.DOUBLE ? type : DataType.FLOAT, batch, length);
        INDArray read = Nd.empty(type, batch, length);
        INDArray made = Nd.empty(type, batch, length);
        ArrayPass<INDArray> pass = noisy(x, read);
        pass.read(1, z);
        pass.run();
        pass = noisy(x, made);
        pass.make(1, (sample, position, block, count, scratch) -> CounterNoise.of(2).generate(NoiseRequest.start(), sample, position, block, count, scratch));
        pass.run();
        assertArrayEquals(values(read), values(made));
        List.of(x, z, read, made).forEach(INDArray::close);
    }

    @Provide
    Arbitrary<DataType> types() {
        return Arbitraries.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16);
    }

    private static ArrayPass<INDArray> noisy(INDArray x, INDArray out) {
        ArrayPass<INDArray> pass = Nd.pass(3);
        pass.read(0, x);
        pass.write(2, out);
        pass.assign(2, Double.POSITIVE_INFINITY, new double[] {0.7, -1.3});
        return pass;
    }

    @Test
    void terms_of_weight_zero_are_not_read() {
        INDArray poison = Nd4j.valueArrayOf(new long[] {2, 3}, Double.NaN, DataType.DOUBLE);
        INDArray one = Nd4j.ones(DataType.DOUBLE, 2, 3);
        INDArray out = Nd.empty(DataType.DOUBLE, 2, 3);
        Nd.combine(out, Nd.term(one, 2), Nd.term(poison, 0));
        assertEquals(12, Arrays.stream(values(out)).sum());
    }

    @Test
    void mixtures_equal_their_combinations() {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.FLOAT16}) {
            INDArray a = array(1, type, 3, 700);
            INDArray b = array(2, type, 3, 700);
            double[] u = {1, 2, 3};
            double[] v = {-0.5, 0, 0.25};
            INDArray first = Nd.empty(type, 3, 700);
            INDArray second = Nd.empty(type, 3, 700);
            Kernels.combine(Nd4jArrays.ND4J, Rows.SAMPLES, List.of(first, second), false,
                    List.of(List.of(Nd.term(a, u), Nd.term(b, v)), List.of(Nd.term(a, v), Nd.term(b, u))));
            INDArray expected = Nd.empty(type, 3, 700);
            Nd.combine(expected, Nd.term(a, u), Nd.term(b, v));
            assertArrayEquals(values(expected), values(first));
            Nd.combine(expected, Nd.term(a, v), Nd.term(b, u));
            assertArrayEquals(values(expected), values(second));
        }
    }

    @Test
    void dynamic_threshold_is_per_sample_and_interpolates() {
        INDArray x = Nd4j.createFromArray(new double[][] {{-4, 1, 2, 3, 0}, {0.1, -0.2, 0.3, 0.4, 0.5}});
        // |x| sorted 0 1 2 3 4: the 0.9 quantile lies at position 3.6, s = 3.6; the second row's s is raised to 1.
        Samples.dynamicThreshold(Nd4jArrays.ND4J.memory(x), 0.9, 10);
        assertArrayEquals(new double[] {-1, 1 / 3.6, 2 / 3.6, 3 / 3.6, 0, 0.1, -0.2, 0.3, 0.4, 0.5}, values(x), 1e-15);
        INDArray limited = Nd4j.createFromArray(new double[][] {{-4, 1, 2, 3, 0}});
        Samples.dynamicThreshold(Nd4jArrays.ND4J.memory(limited), 0.9, 2);
        assertArrayEquals(new double[] {-1, 0.5, 1, 1, 0}, values(limited), 1e-15);
    }

    @Test
    void results_outlive_the_caller_s_workspace() {
        WorkspaceConfiguration config = WorkspaceConfiguration.builder().initialSize(1 << 20).build();
        INDArray out;
        try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace(config, "TEST")) {
            assertTrue(workspace.isScopeActive());
            INDArray inside = Nd4j.ones(DataType.FLOAT, 2, 3);
            out = Nd.empty(DataType.FLOAT, 2, 3);
            Nd.combine(out, Nd.term(inside, 2));
        }
        assertEquals(12, Arrays.stream(values(out)).sum());
    }

    @Test
    void bad_input_is_refused() {
        INDArray out = Nd.empty(DataType.FLOAT, 2, 3);
        IllegalArgumentException shape = assertThrows(IllegalArgumentException.class, () -> Nd.combine(out, Nd.term(Nd4j.ones(DataType.FLOAT, 3, 2), 1)));
        assertTrue(shape.getMessage().contains("[3, 2]") && shape.getMessage().contains("[2, 3]"), shape.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Nd.term(out, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Nd.combine(out, Nd.term(out, 1, 2, 3)));
        assertThrows(IllegalArgumentException.class, () -> Nd.combine(out, Nd.term(Nd4j.ones(DataType.INT32, 2, 3), 1)));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "DOUBLE", "HALF", "BFLOAT16", "INT", "LONG", "BYTE", "BOOL"})
    void rows_are_copies_of_samples_in_the_order_asked_for(DataType type) {
        INDArray whole = Nd4j.arange(6 * 2 * 3).reshape(6, 2, 3).castTo(type);
        INDArray fortran = whole.dup('f');
        INDArray part = whole.get(NDArrayIndex.interval(2, 6), NDArrayIndex.all(), NDArrayIndex.all());
        INDArray columns = whole.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(1, 3));
        for (INDArray array : List.of(whole, fortran, part, columns)) {
            int[] wanted = {3, 0, 3, 2};
            INDArray rows = Nd4jArrays.ND4J.samples(array, wanted);
            assertEquals(type, rows.dataType());
            assertArrayEquals(new long[] {4, array.size(1), array.size(2)}, rows.shape());
            double[] all = values(array);
            int length = all.length / (int) array.size(0);
            assertArrayEquals(IntStream.of(wanted).flatMap(k -> IntStream.range(k * length, (k + 1) * length)).mapToDouble(i -> all[i]).toArray(), values(rows), type::toString);
        }
        assertEquals(whole, Nd4jArrays.ND4J.samples(whole, 0, 1, 2, 3, 4, 5));
    }

    @Test
    void rows_that_are_not_there_are_refused() {
        INDArray array = Nd4j.zeros(DataType.FLOAT, 3, 2);
        assertThrows(IllegalArgumentException.class, () -> Nd4jArrays.ND4J.samples(array, 0, 3));
        assertThrows(IllegalArgumentException.class, () -> Nd4jArrays.ND4J.samples(array, -1));
    }
}
