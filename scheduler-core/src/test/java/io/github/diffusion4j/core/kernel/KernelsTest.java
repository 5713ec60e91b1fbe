package io.github.diffusion4j.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
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

    private static final double[] WEIGHTS = {0.3, -1.7, 2.5, 0.9, -0.4, 1.1};

    private static INDArray array(int number, DataType type, long... shape) {
        return CounterNoise.of(number).draw(NoiseRequest.start(), type, shape);
    }

    private static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    }

    /** The sum by the definition, in double. */
    private static double[] expected(List<INDArray> arrays, double[][] weights) {
        double[] sum = new double[(int) arrays.get(0).length()];
        int rowLength = sum.length / (int) arrays.get(0).size(0);
        for (int k = 0; k < arrays.size(); k++) {
            double[] x = values(arrays.get(k));
            for (int i = 0; i < sum.length; i++) {
                sum[i] += weights[k][weights[k].length == 1 ? 0 : i / rowLength] * x[i];
            }
        }
        return sum;
    }

    @Property(tries = 60, seed = "42")
    void combine_is_the_sum_rounded_once(@ForAll @IntRange(min = 1, max = 6) int terms, @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 5000) int length, @ForAll boolean floats, @ForAll boolean perSample) {
        DataType type = floats ? DataType.FLOAT : DataType.DOUBLE;
        List<INDArray> arrays = new ArrayList<>();
        double[][] weights = new double[terms][];
        Term[] sum = new Term[terms];
        for (int k = 0; k < terms; k++) {
            int number = k;
            arrays.add(array(k, type, batch, length));
            weights[k] = IntStream.range(0, perSample ? batch : 1).mapToDouble(row -> WEIGHTS[number] * (row - 1.5)).toArray();
            sum[k] = Term.of(arrays.get(k), weights[k]);
        }
        INDArray out = Kernels.empty(type, batch, length);
        Kernels.combine(out, sum);
        double[] exact = expected(arrays, weights);
        assertArrayEquals(floats ? Arrays.stream(exact).map(v -> (float) v).toArray() : exact, values(out), floats ? 0 : 1e-14);
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = {"FLOAT", "DOUBLE", "HALF", "BFLOAT16"})
    void layouts_do_not_matter(DataType type) {
        INDArray a = array(1, type, 2, 3, 4);
        INDArray b = array(2, type, 2, 3, 4);
        INDArray expected = Kernels.empty(type, 2, 3, 4);
        Kernels.combine(expected, Term.of(a, 0.25), Term.of(b, -1.5, 3));
        INDArray wide = Nd4j.zeros(type, 2, 7, 4);
        INDArray view = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 5), NDArrayIndex.all());
        view.assign(b);
        INDArray permuted = Nd4j.zeros(type, 4, 3, 2).permute(2, 1, 0);
        permuted.assign(a);
        for (INDArray left : List.of(a, a.dup('f'), permuted)) {
            for (INDArray right : List.of(b, b.dup('f'), view)) {
                INDArray out = Kernels.empty(type, 2, 3, 4);
                INDArray fortran = Nd4j.create(type, new long[] {2, 3, 4}, 'f');
                Kernels.combine(out, Term.of(left, 0.25), Term.of(right, -1.5, 3));
                Kernels.combine(fortran, Term.of(left, 0.25), Term.of(right, -1.5, 3));
                assertArrayEquals(values(expected), values(out));
                assertArrayEquals(values(expected), values(fortran));
            }
        }
    }

    @Test
    void the_path_by_nd4j_operations_agrees() {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16}) {
            INDArray a = array(1, type, 3, 2, 5);
            INDArray b = array(2, type, 3, 2, 5);
            INDArray expected = Kernels.empty(type, 3, 2, 5);
            INDArray out = Kernels.empty(type, 3, 2, 5);
            Kernels.combine(expected, Term.of(a, 0.25), Term.of(b, -1.5, 3, 0));
            Combiner.operations(out, List.of(Term.of(a, 0.25), Term.of(b, -1.5, 3, 0)));
            assertArrayEquals(values(expected), values(out), type == DataType.FLOAT16 ? 1e-2 : type == DataType.FLOAT ? 1e-6 : 1e-14);
        }
    }

    @Test
    void terms_of_weight_zero_are_not_read() {
        INDArray poison = Nd4j.valueArrayOf(new long[] {2, 3}, Double.NaN, DataType.DOUBLE);
        INDArray one = Nd4j.ones(DataType.DOUBLE, 2, 3);
        INDArray out = Kernels.empty(DataType.DOUBLE, 2, 3);
        Kernels.combine(out, Term.of(one, 2), Term.of(poison, 0));
        assertEquals(12, Arrays.stream(values(out)).sum());
    }

    @Test
    void mixtures_equal_their_combinations() {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.FLOAT16}) {
            INDArray a = array(1, type, 3, 700);
            INDArray b = array(2, type, 3, 700);
            double[] u = {1, 2, 3};
            double[] v = {-0.5, 0, 0.25};
            INDArray first = Kernels.empty(type, 3, 700);
            INDArray second = Kernels.empty(type, 3, 700);
            Kernels.mix(a, b, new Kernels.Mixture(first, u, v), new Kernels.Mixture(second, v, u));
            INDArray expected = Kernels.empty(type, 3, 700);
            Kernels.combine(expected, Term.of(a, u), Term.of(b, v));
            assertArrayEquals(values(expected), values(first));
            Kernels.combine(expected, Term.of(a, v), Term.of(b, u));
            assertArrayEquals(values(expected), values(second));
        }
    }

    @Test
    void dynamic_threshold_is_per_sample_and_interpolates() {
        INDArray x = Nd4j.createFromArray(new double[][] {{-4, 1, 2, 3, 0}, {0.1, -0.2, 0.3, 0.4, 0.5}});
        // |x| sorted 0 1 2 3 4: the 0.9 quantile lies at position 3.6, s = 3.6; the second row's s is raised to 1.
        Kernels.dynamicThreshold(x, 0.9, 10);
        assertArrayEquals(new double[] {-1, 1 / 3.6, 2 / 3.6, 3 / 3.6, 0, 0.1, -0.2, 0.3, 0.4, 0.5}, values(x), 1e-15);
        INDArray limited = Nd4j.createFromArray(new double[][] {{-4, 1, 2, 3, 0}});
        Kernels.dynamicThreshold(limited, 0.9, 2);
        assertArrayEquals(new double[] {-1, 0.5, 1, 1, 0}, values(limited), 1e-15);
    }

    @Test
    void results_outlive_the_caller_s_workspace() {
        WorkspaceConfiguration config = WorkspaceConfiguration.builder().initialSize(1 << 20).build();
        INDArray out;
        try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace(config, "TEST")) {
            assertTrue(workspace.isScopeActive());
            INDArray inside = Nd4j.ones(DataType.FLOAT, 2, 3);
            out = Kernels.empty(DataType.FLOAT, 2, 3);
            Kernels.combine(out, Term.of(inside, 2));
        }
        assertEquals(12, Arrays.stream(values(out)).sum());
    }

    @Test
    void bad_input_is_refused() {
        INDArray out = Kernels.empty(DataType.FLOAT, 2, 3);
        IllegalArgumentException shape = assertThrows(IllegalArgumentException.class, () -> Kernels.combine(out, Term.of(Nd4j.ones(DataType.FLOAT, 3, 2), 1)));
        assertTrue(shape.getMessage().contains("[3, 2]") && shape.getMessage().contains("[2, 3]"), shape.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Term.of(out, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Term.of(out, 1, 2, 3));
        assertThrows(IllegalArgumentException.class, () -> Kernels.combine(out, Term.of(Nd4j.ones(DataType.INT32, 2, 3), 1)));
    }
}
