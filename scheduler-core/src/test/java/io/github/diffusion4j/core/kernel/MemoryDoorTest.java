package io.github.diffusion4j.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** There is one way to the values of an array, and it leads to these values only. */
class MemoryDoorTest {

    private static final List<DataType> TYPES = List.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16);

    @Provide
    Arbitrary<DataType> types() {
        return Arbitraries.of(TYPES);
    }

    private static INDArray counting(DataType type, long... shape) {
        INDArray array = Nd.empty(type, shape);
        Nd.fill(array, IntStream.range(0, (int) array.length()).mapToDouble(i -> i).toArray());
        return array;
    }

    private static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    }

    /** Some rows of an array: dense, with an offset. */
    @Property(tries = 200, seed = "42")
    void a_dense_view_is_read_and_written_where_it_lies(@ForAll("types") DataType type, @ForAll @IntRange(min = 2, max = 9) int rows, @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 0, max = 8) int from, @ForAll @IntRange(min = 1, max = 9) int count) {
        int first = Math.min(from, rows - 1);
        int last = Math.min(rows, first + count);
        INDArray parent = counting(type, rows, width);
        INDArray view = parent.get(NDArrayIndex.interval(first, last), NDArrayIndex.all());
        assertArrayEquals(Arrays.copyOfRange(values(parent), first * width, last * width), Nd4jArrays.ND4J.values(view));
        double[] before = values(parent);
        Nd.combine(view, Nd.term(view, -1));
        for (int i = 0; i < before.length; i++) {
            boolean inside = i >= first * width && i < last * width;
            assertEquals(inside ? 0 - before[i] : before[i], values(parent)[i], type + " at " + i);
        }
    }

    @Property(tries = 60, seed = "42")
    void each_row_gets_its_own_noise(@ForAll("types") DataType type, @ForAll @IntRange(min = 1, max = 5) int rows) {
        NoiseSource[] sources = IntStream.range(0, rows).mapToObj(row -> CounterNoise.of(10 + row)).toArray(NoiseSource[]::new);
        INDArray batch = NoiseSource.perSample(sources).draw(NoiseRequest.start(), type, rows, 3, 4);
        for (int row = 0; row < rows; row++) {
            INDArray alone = sources[row].draw(NoiseRequest.start(), type, 1, 3, 4);
            assertArrayEquals(values(alone), values(Nd4jArrays.ND4J.part(batch, 0, row, row + 1)), type + " row " + row);
        }
    }

    /** Arrays that no Java buffer spans are worked in parts; here the parts are small. */
    @Property(tries = 200, seed = "42")
    void parts_are_one_memory(@ForAll("types") DataType type, @ForAll @IntRange(min = 1, max = 500) int length, @ForAll @IntRange(min = 1, max = 97) int most,
            @ForAll @IntRange(min = 0, max = 499) int from, @ForAll @IntRange(min = 1, max = 500) int count) {
        INDArray array = counting(type, length);
        int start = from % length;
        int size = Math.min(count, length - start);
        Memory whole = Nd4jArrays.ND4J.memory(array).memory();
        Memory parts = Nd4jArrays.open(array, most).memory();
        double[] expected = new double[size];
        double[] actual = new double[size];
        whole.read(start, expected, 0, size);
        parts.read(start, actual, 0, size);
        assertArrayEquals(expected, actual);
        float[] floats = new float[size];
        parts.read(start, floats, 0, size);
        assertArrayEquals(expected, IntStream.range(0, size).mapToDouble(i -> floats[i]).toArray());
        parts.write(start, Arrays.stream(expected).map(x -> x / 2).toArray(), 0, size);
        whole.read(start, actual, 0, size);
        for (int i = 0; i < size; i++) {
            assertEquals(expected[i] / 2, actual[i], type == DataType.BFLOAT16 ? 1 : 0.1);
        }
        parts.write(start, floats, 0, size);
        whole.read(start, actual, 0, size);
        assertArrayEquals(expected, actual);
    }

    /** 2.2 GiB are reserved, of which only the pages that are touched become memory: one row beyond what a buffer of the whole array reaches. */
    @Test
    void a_small_view_beyond_two_gibibytes_is_an_array_like_any_other() {
        INDArray large;
        try {
            large = Nd.empty(DataType.FLOAT, 550, 1 << 20);
        } catch (OutOfMemoryError | RuntimeException e) {
            return;
        }
        INDArray view = large.get(NDArrayIndex.interval(549, 550), NDArrayIndex.interval(1_000_000, 1_001_000));
        Nd.fill(view, IntStream.range(0, 1000).mapToDouble(i -> i).toArray());
        Nd.combine(view, Nd.term(view, 2));
        assertEquals(2 * 999, view.getFloat(0, 999));
        CounterNoise.of(3).fill(NoiseRequest.start(), Nd4jArrays.ND4J.memory(view));
        INDArray alone = CounterNoise.of(3).draw(NoiseRequest.start(), DataType.FLOAT, 1, 1000);
        assertArrayEquals(values(alone), values(view));
        large.close();
    }

    private static void says(org.junit.jupiter.api.function.Executable refused, String... words) {
        String message = assertThrows(IllegalArgumentException.class, refused).getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), () -> "'" + word + "' is not in: " + message);
        }
    }

    @Test
    void what_is_no_number_of_ours_is_refused_by_name() {
        for (DataType type : List.of(DataType.INT32, DataType.INT64, DataType.UINT8, DataType.BOOL, DataType.INT16)) {
            INDArray array = Nd4j.zeros(type, 2, 3);
            String name = type == DataType.INT64 ? "INT64" : type.toString();
            says(() -> CounterNoise.of(1).draw(NoiseRequest.start(), type, 2, 3), name);
            says(() -> Nd.combine(Nd.empty(DataType.FLOAT, 2, 3), Nd.term(array, 1)), name);
        }
    }

    @Test
    void closed_arrays_are_refused_again_and_again() {
        for (DataType type : TYPES) {
            INDArray in = counting(type, 2, 30);
            INDArray out = Nd.empty(type, 2, 30);
            ArrayPass<INDArray> pass = Nd.pass(2);
            for (int run = 0; run < 3; run++) {
                pass.clear();
                pass.read(0, in);
                pass.write(1, out);
                pass.assign(1, Double.POSITIVE_INFINITY, new double[] {2});
                if (run == 2) {
                    in.close();
                    says(pass::run, "was closed", "[2, 30]");
                } else {
                    pass.run();
                }
            }
            says(() -> Nd4jArrays.ND4J.values(in), "was closed");
        }
    }

    /** The caller may free the array as soon as it knows of the failure. */
    @Test
    void no_thread_is_left_writing_when_a_generator_fails() {
        AtomicInteger working = new AtomicInteger();
        INDArray out = Nd.empty(DataType.FLOAT, 64, 1 << 14);
        for (Throwable failure : List.of(new IllegalStateException("no values today"), new AssertionError("no values today"))) {
            assertSame(failure, assertThrows(Throwable.class, () -> Kernels.generate(Nd4jArrays.ND4J.memory(out), (sample, position, block, count, scratch) -> {
                if (sample == 0 && failure instanceof Error error) {
                    throw error;
                }
                if (sample == 0) {
                    throw (RuntimeException) failure;
                }
                working.incrementAndGet();
                LockSupport.parkNanos(20_000);
                working.decrementAndGet();
            })));
            assertEquals(0, working.get());
        }
    }

    @Test
    void empty_arrays_and_other_shapes_are_refused() {
        INDArray empty = Nd4j.empty(DataType.FLOAT);
        says(() -> Nd.combine(empty, Nd.term(empty, 1)), "holds no values");
        INDArray none = Nd4j.create(DataType.FLOAT, 0, 3);
        says(() -> Nd4jArrays.ND4J.memory(none), "holds no values");
        ArrayPass<INDArray> pass = Nd.pass(2);
        pass.read(0, counting(DataType.FLOAT, 2, 3));
        pass.write(1, Nd.empty(DataType.FLOAT, 3, 2));
        pass.assign(1, Double.POSITIVE_INFINITY, new double[] {1});
        says(pass::run, "do not go together");
    }
}
