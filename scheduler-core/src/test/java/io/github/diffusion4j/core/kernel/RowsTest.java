package io.github.diffusion4j.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Rows of any axes, views of any kind: every value where its indices say. */
class RowsTest {

    /** A shape and some of its axes. */
    record Case(long[] shape, Rows rows) {

        int length() {
            return HostArray.length(shape);
        }

        /** The row of a value, and its place in the row, both by its indices. */
        int[] place(int index) {
            int row = 0;
            int place = 0;
            int rest = index;
            int divisor = length();
            for (int axis = 0; axis < shape.length; axis++) {
                divisor /= (int) shape[axis];
                int at = rest / divisor;
                rest %= divisor;
                if (rows.axes().contains(axis)) {
                    row = row * (int) shape[axis] + at;
                } else {
                    place = place * (int) shape[axis] + at;
                }
            }
            return new int[] {row, place};
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        return Arbitraries.integers().between(1, 5).flatMap(rank -> Combinators.combine(Arbitraries.longs().between(1, 6).array(long[].class).ofSize(rank),
                Arbitraries.subsetOf(IntStream.range(0, rank).boxed().toList()).ofMinSize(1)).as((shape, axes) -> new Case(shape, new Rows(axes.stream().sorted().toList()))));
    }

    private static HostArray counting(ElementType type, long... shape) {
        HostArray array = HostArrays.HEAP.make(type, shape);
        array.fill(IntStream.range(0, array.length()).mapToDouble(i -> i % 251).toArray());
        return array;
    }

    @Property(tries = 400, seed = "42")
    void rows_are_views_of_the_same_values(@ForAll("cases") Case given, @ForAll ElementType type) {
        HostArray array = counting(type, given.shape());
        HostArray rows = array.byRows(given.rows());
        int width = given.length() / given.rows().count(given.shape());
        double[] values = array.values();
        double[] moved = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int[] place = given.place(i);
            moved[place[0] * width + place[1]] = values[i];
        }
        assertArrayEquals(moved, rows.values());
        rows.fill(java.util.Arrays.stream(moved).map(v -> 250 - v).toArray());
        assertArrayEquals(java.util.Arrays.stream(values).map(v -> 250 - v).toArray(), array.values());
    }

    /** Each row has its weight, and its noise is that of a sample. */
    @Property(tries = 200, seed = "42")
    void rows_have_weights_and_noise_of_their_own(@ForAll("cases") Case given) {
        HostArray x = counting(ElementType.FLOAT, given.shape());
        HostArray out = HostArrays.HEAP.make(ElementType.FLOAT, given.shape());
        int count = given.rows().count(given.shape());
        int width = given.length() / count;
        HostArray noise = HostArrays.HEAP.make(ElementType.FLOAT, count, width);
        CounterNoise.of(3).fill(NoiseRequest.start(), noise);
        ArrayPass<HostArray> pass = new ArrayPass<>(HostArrays.HEAP, given.rows(), 3);
        pass.read(0, x);
        pass.make(1, (row, position, block, values, scratch) -> CounterNoise.of(3).generate(NoiseRequest.start(), row, position, block, values, scratch));
        pass.write(2, out);
        pass.assign(2, Double.POSITIVE_INFINITY, IntStream.range(0, count).mapToObj(row -> new double[] {row + 1, 0.5}).toArray(double[][]::new));
        pass.run();
        for (int i = 0; i < given.length(); i++) {
            int[] place = given.place(i);
            double expected = (place[0] + 1) * x.values()[i] + 0.5 * noise.values()[place[0] * width + place[1]];
            assertEquals(expected, out.values()[i], Math.ulp((float) expected));
        }
    }

    /** Parts and repeated axes, one after another: what plain loops over indices give. */
    @Property(tries = 200, seed = "42")
    void views_of_views_are_views(@ForAll("cases") Case given) {
        long[] shape = given.shape();
        int axis = given.rows().axes().get(0);
        HostArray part = counting(ElementType.DOUBLE, shape).part(axis, (shape[axis] - 1) / 2, shape[axis]);
        HostArray copy = HostArrays.DIRECT.copy(part);
        assertEquals(copy, part);
        HostArray last = part.part(shape.length - 1, 0, 1);
        assertEquals(copy.part(shape.length - 1, 0, 1), last);
        long[] wide = last.shape();
        wide[shape.length - 1] = 4;
        double[] expected = java.util.Arrays.stream(last.values()).flatMap(v -> java.util.stream.DoubleStream.of(v, v, v, v)).toArray();
        assertArrayEquals(expected, last.spread(wide).values());
        assertEquals(copy.byRows(given.rows()), part.byRows(given.rows()));
    }

    @Test
    void moments_are_sums_of_a_row() {
        HostArray x = HostArrays.HEAP.make(ElementType.FLOAT, 3, 40, 50);
        HostArray y = HostArrays.HEAP.make(ElementType.FLOAT, 3, 40, 50);
        CounterNoise.of(1).fill(NoiseRequest.start(), x);
        CounterNoise.of(2).fill(NoiseRequest.start(), y);
        Moments[] moments = Moments.of(x, y);
        for (int row = 0; row < 3; row++) {
            double[] a = x.row(row).values();
            double[] b = y.row(row).values();
            assertEquals(2000, moments[row].values());
            assertEquals(java.util.Arrays.stream(a).sum(), moments[row].sum(0), 1e-11);
            assertEquals(IntStream.range(0, 2000).mapToDouble(i -> a[i] * b[i]).sum(), moments[row].product(0, 1), 1e-11);
            assertEquals(Math.sqrt(java.util.Arrays.stream(b).map(v -> v * v).sum()), moments[row].norm(1), 1e-11);
            assertEquals(moments[row].product(0, 1), moments[row].product(1, 0));
            Moments alone = Moments.of(y.row(row), x.row(row))[0];
            assertEquals(moments[row].product(0, 1), alone.product(0, 1), "a row does not know its batch");
            assertEquals(moments[row].sum(1), alone.sum(0));
        }
        assertThrows(IllegalArgumentException.class, () -> Moments.of(x, y.row(0)));
    }

    /** Long enough for several threads: the bits of one row of many are those of the row alone, block by block. */
    @Property(tries = 20, seed = "42")
    void moments_do_not_depend_on_threads_or_place(@ForAll @net.jqwik.api.constraints.IntRange(min = 1, max = 70_000) int width, @ForAll @net.jqwik.api.constraints.IntRange(min = 1, max = 6) int rows) {
        HostArray many = HostArrays.HEAP.make(ElementType.FLOAT, rows, width);
        CounterNoise.of(4).fill(NoiseRequest.start(), many);
        Moments[] moments = Moments.of(many);
        for (int row = 0; row < rows; row++) {
            Moments alone = Moments.of(many.row(row))[0];
            assertEquals(alone.product(0, 0), moments[row].product(0, 0));
            assertEquals(alone.sum(0), moments[row].sum(0));
        }
        List<Moments> tokens = List.of(Moments.of(many.byRows(Rows.of(1))));
        assertEquals(width, tokens.size());
        assertEquals(many.values()[0] + (rows > 1 ? many.values()[width] : 0) + IntStream.range(2, rows).mapToDouble(row -> many.values()[row * width]).sum(), tokens.get(0).sum(0), 1e-12);
    }
}
