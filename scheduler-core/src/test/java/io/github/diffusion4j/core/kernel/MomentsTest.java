package io.github.diffusion4j.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Moments of combinations are those of the arrays that the combinations are. */
class MomentsTest {

    private static HostArray normal(Random random, ElementType type, long... shape) {
        HostArray array = HostArrays.HEAP.make(type, shape);
        array.fill(IntStream.range(0, array.length()).mapToDouble(i -> random.nextGaussian()).toArray());
        return array;
    }

    private static double[] combined(double[] weights, HostArray[] arrays, int row) {
        int length = arrays[0].length() / arrays[0].samples();
        double[] sum = new double[length];
        for (int k = 0; k < arrays.length; k++) {
            double[] values = arrays[k].values();
            for (int i = 0; i < length; i++) {
                sum[i] += weights[k] * values[row * length + i];
            }
        }
        return sum;
    }

    private static double product(double[] x, double[] y) {
        return IntStream.range(0, x.length).mapToDouble(i -> x[i] * y[i]).sum();
    }

    @Property(tries = 100, seed = "42")
    void combinations_need_no_array(@ForAll @IntRange(min = 1, max = 3) int rows, @ForAll @IntRange(min = 1, max = 2500) int length, @ForAll @IntRange(min = 1, max = 4) int count,
            @ForAll boolean wide, @ForAll int seed) {
        Random random = new Random(seed);
        ElementType type = wide ? ElementType.DOUBLE : ElementType.FLOAT;
        HostArray[] arrays = IntStream.range(0, count).mapToObj(k -> normal(random, type, rows, length)).toArray(HostArray[]::new);
        double[][] weights = {random.doubles(count, -9, 9).toArray(), random.doubles(count, -1, 1).toArray(), new double[count]};
        Moments[] moments = Moments.combined(arrays, weights);
        double allowed = wide ? 1e-12 : 3e-6;
        for (int row = 0; row < rows; row++) {
            double[] one = combined(weights[0], arrays, row);
            double[] other = combined(weights[1], arrays, row);
            double size = Math.sqrt(product(one, one) * product(other, other));
            assertEquals(product(one, one), moments[row].product(0, 0), allowed * product(one, one));
            assertEquals(product(one, other), moments[row].product(1, 0), allowed * size);
            assertEquals(IntStream.range(0, length).mapToDouble(i -> one[i]).sum(), moments[row].sum(0), allowed * Math.sqrt(length * product(one, one)));
            assertEquals(0, moments[row].norm(2));
            Moments alone = Moments.combined(IntStream.range(0, count).mapToObj(k -> arrays[k].row(0)).toArray(HostArray[]::new), weights)[0];
            assertEquals(alone.product(0, 1), moments[0].product(0, 1));
        }
    }

    @Property(tries = 50, seed = "42")
    void linear_algebra_of_moments_is_that_of_the_arrays(@ForAll @IntRange(min = 2, max = 1500) int length, @ForAll int seed) {
        Random random = new Random(seed);
        HostArray[] arrays = IntStream.range(0, 3).mapToObj(k -> normal(random, ElementType.DOUBLE, 1, length)).toArray(HostArray[]::new);
        double[] weights = random.doubles(3, -5, 5).toArray();
        double[] sum = combined(weights, arrays, 0);
        Moments moments = Moments.of(arrays)[0];
        double mean = IntStream.range(0, length).mapToDouble(i -> sum[i]).sum() / length;
        double deviation = Math.sqrt(IntStream.range(0, length).mapToDouble(i -> (sum[i] - mean) * (sum[i] - mean)).sum() / (length - 1));
        assertEquals(deviation, moments.deviation(weights), 1e-9 * Math.max(1, deviation));
        assertEquals(Math.sqrt(product(sum, sum)), moments.norm(weights), 1e-9 * Math.max(1, moments.norm(weights)));
        double[][] means = Moments.absolute(arrays, new double[][] {weights});
        assertEquals(IntStream.range(0, length).mapToDouble(i -> Math.abs(sum[i])).average().orElseThrow(), means[0][0], 1e-10);
    }

    @Test
    void floats_that_their_products_do_not_fit_are_multiplied_in_double() {
        for (double size : new double[] {1e-30, 1e-22, 1, 1e18, 1e25, 1e37}) {
            HostArray array = HostArrays.HEAP.make(ElementType.FLOAT, 1, 2000);
            array.fill(IntStream.range(0, 2000).mapToDouble(i -> i % 2 == 0 ? size : -size / 2).toArray());
            double exact = product(array.values(), array.values());
            assertEquals(1, Moments.combined(new HostArray[] {array}, new double[] {1})[0].product(0, 0) / exact, 1e-5, "values of size " + size);
        }
    }

    @Test
    void every_so_many_indices_are_a_view() {
        HostArray array = HostArray.of(IntStream.range(0, 24).mapToDouble(i -> i).toArray(), 2, 3, 4);
        assertArrayEquals(new double[] {0, 2, 8, 10, 12, 14, 20, 22}, array.every(1, 2).every(2, 2).values());
        assertArrayEquals(new double[] {0, 3, 4, 7, 8, 11, 12, 15, 16, 19, 20, 23}, array.every(2, 3).values());
    }
}
