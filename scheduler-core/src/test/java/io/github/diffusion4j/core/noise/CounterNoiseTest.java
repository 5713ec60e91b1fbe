package io.github.diffusion4j.core.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.random.CounterNormals;
import io.github.diffusion4j.core.random.ScalarNormals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class CounterNoiseTest {

    private static double[] draw(NoiseSource source, NoiseRequest request, DataType type, long... shape) {
        return source.draw(request, type, shape).castTo(DataType.DOUBLE).data().asDouble();
    }

    @Property(tries = 50, seed = "42")
    void a_row_does_not_know_its_batch(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int batch, @ForAll @IntRange(max = 8) int wanted,
            @ForAll @IntRange(min = 1, max = 2100) int length, @ForAll @IntRange(max = 999) int evaluation) {
        int row = wanted % batch;
        NoiseRequest request = NoiseRequest.step(evaluation);
        double[] all = draw(CounterNoise.of(seed), request, DataType.DOUBLE, batch, length);
        double[] one = draw(CounterNoise.of(seed).forSamples(row), request, DataType.DOUBLE, 1, length);
        assertArrayEquals(Arrays.copyOfRange(all, row * length, (row + 1) * length), one);
    }

    @Property(tries = 50, seed = "42")
    void a_longer_sample_begins_with_the_shorter_one(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int length) {
        double[] longer = draw(CounterNoise.of(seed), NoiseRequest.start(), DataType.DOUBLE, 1, length + 100);
        double[] shorter = draw(CounterNoise.of(seed), NoiseRequest.start(), DataType.DOUBLE, 1, length);
        assertArrayEquals(Arrays.copyOf(longer, length), shorter);
    }

    @Test
    void doubles_are_the_floats() {
        double[] doubles = draw(CounterNoise.of(3), NoiseRequest.start(), DataType.DOUBLE, 2, 500);
        double[] floats = draw(CounterNoise.of(3), NoiseRequest.start(), DataType.FLOAT, 2, 500);
        assertArrayEquals(floats, doubles);
    }

    @Test
    void views_and_fortran_order_get_the_same_numbers() {
        NoiseSource source = CounterNoise.of(11);
        INDArray expected = source.draw(NoiseRequest.start(), DataType.FLOAT, 3, 4, 5);
        INDArray fortran = Nd4j.create(DataType.FLOAT, new long[] {3, 4, 5}, 'f');
        INDArray view = Nd4j.zeros(DataType.FLOAT, 3, 8, 5).get(NDArrayIndex.all(), NDArrayIndex.interval(2, 6), NDArrayIndex.all());
        source.fill(NoiseRequest.start(), Nd4jArrays.ND4J.memory(fortran));
        source.fill(NoiseRequest.start(), Nd4jArrays.ND4J.memory(view));
        assertArrayEquals(expected.data().asFloat(), fortran.dup('c').data().asFloat());
        assertArrayEquals(expected.data().asFloat(), view.dup('c').data().asFloat());
    }

    @Test
    void nd4j_s_own_generator_does_not_matter() {
        Nd4j.getRandom().setSeed(1);
        double[] first = draw(CounterNoise.of(5), NoiseRequest.start(), DataType.DOUBLE, 1, 64);
        Nd4j.getRandom().setSeed(2);
        assertArrayEquals(first, draw(CounterNoise.of(5), NoiseRequest.start(), DataType.DOUBLE, 1, 64));
    }

    @Property(tries = 30, seed = "42")
    void rows_may_have_seeds_of_their_own(@ForAll long first, @ForAll long second, @ForAll @IntRange(min = 1, max = 1100) int length) {
        double[] batch = draw(CounterNoise.ofSeeds(first, second), NoiseRequest.step(3), DataType.DOUBLE, 2, length);
        assertArrayEquals(draw(CounterNoise.of(second), NoiseRequest.step(3), DataType.DOUBLE, 1, length), Arrays.copyOfRange(batch, length, 2 * length));
        assertArrayEquals(Arrays.copyOf(batch, length), draw(CounterNoise.ofSeeds(first, second).forSamples(0), NoiseRequest.step(3), DataType.DOUBLE, 1, length));
    }

    /** Sizes on both sides of what is worth several threads, and with rows that end inside a block. */
    @Test
    void threads_do_not_change_the_numbers() {
        for (long length : new long[] {1000, 70_000, 300_001}) {
            float[] parallel = CounterNoise.of(5).draw(NoiseRequest.start(), DataType.FLOAT, 2, length).data().asFloat();
            for (int row = 0; row < 2; row++) {
                for (int from = 0; from < length; from += 50_000) {
                    int end = (int) Math.min(length, from + 50_000);
                    float[] block = new float[52_224];
                    int start = from / 1024 * 1024;
                    new CounterNormals().fill(5, row, 0, 0, start, block, end - start);
                    for (int i = from; i < end; i++) {
                        assertEquals(block[i - start], parallel[(int) (row * length) + i]);
                    }
                }
            }
        }
    }

    /** Numbers of version 1, which never change: those of the definition, in every quarter of a block and beyond the first one. */
    @Property(tries = 200, seed = "42")
    void numbers_are_those_of_the_definition(@ForAll long seed, @ForAll @IntRange(max = 1 << 20) int sample, @ForAll NoiseRequest.Stream stream,
            @ForAll @IntRange(max = Integer.MAX_VALUE) int evaluation, @ForAll @IntRange(max = (1 << 24) - 1) int draw, @ForAll @IntRange(max = 3000) int place) {
        float[] row = CounterNoise.of(seed).forSamples(sample).draw(new NoiseRequest(stream, evaluation, draw, NoiseRequest.Interval.NONE), DataType.FLOAT, 1, place + 1).data().asFloat();
        assertEquals(ScalarNormals.at(seed, sample, evaluation, stream.ordinal() << 24 | draw, place), row[place]);
    }

    /** Some of them, by their bits. */
    @ParameterizedTest
    @CsvSource({"0, 0, 0, bfe3d767", "42, 0, 0, 3f5e1213", "42, 3, 300, 3fbfcaed", "42, 3, 600, bf063b4f", "-1, 7, 1023, bf8e3e89", "-1, 7, 1024, 4007cfb5"})
    void known_answers(long seed, int sample, int place, String bits) {
        float[] row = CounterNoise.of(seed).forSamples(sample).draw(NoiseRequest.step(5), DataType.FLOAT, 1, place + 1).data().asFloat();
        assertEquals(bits, Integer.toHexString(Float.floatToRawIntBits(row[place])));
    }

    @Test
    void saved_noise_of_other_numbers_is_refused() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(CounterNoise.of(0x123456789ABCDEFL));
        }
        ByteBuffer form = ByteBuffer.wrap(bytes.toByteArray());
        assertEquals(CounterNoise.of(0x123456789ABCDEFL), read(form));
        int seed = IntStream.range(0, form.limit() - 8).filter(i -> form.getLong(i) == 0x123456789ABCDEFL).findFirst().orElseThrow();
        assertEquals(1, form.getInt(seed + 8));
        form.putInt(seed + 8, 0);
        assertTrue(assertThrows(InvalidObjectException.class, () -> read(form)).getMessage().contains("version 0"));
    }

    private static Object read(ByteBuffer form) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(form.array()))) {
            return in.readObject();
        }
    }

    @Test
    void bad_requests_are_refused() {
        assertThrows(IllegalArgumentException.class, () -> new NoiseRequest(NoiseRequest.Stream.STEP, -1, 0, NoiseRequest.Interval.NONE));
        assertThrows(IllegalArgumentException.class, () -> CounterNoise.of(1).forSamples());
        assertThrows(IllegalArgumentException.class, () -> CounterNoise.of(1).forSamples(2, -1));
        assertThrows(IllegalArgumentException.class, () -> CounterNoise.ofSeeds());
        assertThrows(IllegalArgumentException.class, () -> CounterNoise.ofSeeds(1, 2).forSamples(2));
        IllegalArgumentException rows = assertThrows(IllegalArgumentException.class,
                () -> CounterNoise.of(1).forSamples(0, 1).draw(NoiseRequest.start(), DataType.FLOAT, 3, 2));
        assertTrue(rows.getMessage().contains("2 samples"), rows.getMessage());
        assertThrows(IllegalStateException.class, () -> NoiseSource.none().draw(NoiseRequest.start(), DataType.FLOAT, 1, 2));
    }

    @Test
    void uniforms_fill_the_unit_interval_and_permutations_are_complete() {
        CounterUniform uniform = new CounterUniform(9);
        int n = 100_000;
        double mean = IntStream.range(0, n).mapToDouble(i -> uniform.at(3, i)).average().orElseThrow();
        assertEquals(0.5, mean, 5 * Math.sqrt(1.0 / 12 / n));
        assertTrue(IntStream.range(0, n).mapToDouble(i -> uniform.at(3, i)).allMatch(u -> u >= 0 && u < 1));
        int[] order = uniform.permutation(2, 1000);
        assertArrayEquals(IntStream.range(0, 1000).toArray(), Arrays.stream(order).sorted().toArray());
        assertTrue(IntStream.range(0, 1000).filter(i -> order[i] == i).count() < 10, "a random permutation has about one fixed point");
    }

    /** Rows that share the work get the numbers that each gets alone: those of its key and its places. */
    @Property(tries = 200, seed = "42")
    void short_rows_hold_the_numbers_of_their_keys(@ForAll @IntRange(min = 1, max = 300) int length, @ForAll @IntRange(min = 1, max = 40) int batch, @ForAll @IntRange(max = 3) int kind,
            @ForAll @IntRange(max = 99) int evaluation) {
        int[] samples = IntStream.range(0, batch).map(k -> 7 * k % 11).toArray();
        long[] seeds = IntStream.range(0, batch).mapToLong(k -> k / 3 % 4 - 1).toArray();
        CounterNoise source = switch (kind) {
            case 0 -> CounterNoise.of(5);
            case 1 -> CounterNoise.of(5).forSamples(samples);
            case 2 -> CounterNoise.ofSeeds(seeds);
            default -> CounterNoise.ofSeeds(IntStream.range(0, 11).mapToLong(k -> k / 4).toArray()).forSamples(samples);
        };
        double[] drawn = draw(source, new NoiseRequest(NoiseRequest.Stream.STEP, evaluation, 2, NoiseRequest.Interval.NONE), DataType.DOUBLE, batch, length);
        CounterNormals normals = new CounterNormals();
        double[] row = new double[length];
        for (int k = 0; k < batch; k++) {
            long seed = kind == 2 ? seeds[k] : kind == 3 ? samples[k] / 4 : 5;
            int sample = kind == 0 ? k : kind == 1 ? samples[k] : 0;
            normals.fill(seed, sample, evaluation, NoiseRequest.Stream.STEP.ordinal() << 24 | 2, 0, row, length);
            assertArrayEquals(row, Arrays.copyOfRange(drawn, k * length, (k + 1) * length), "row " + k);
        }
    }

    /** Several threads and rows that lie across blocks. */
    @Test
    void many_short_rows_hold_the_numbers_of_few() {
        double[] all = draw(CounterNoise.of(9), NoiseRequest.start(), DataType.FLOAT, 100_000, 3);
        for (int row : new int[] {0, 341, 342, 5_000, 99_999}) {
            assertArrayEquals(draw(CounterNoise.of(9).forSamples(row), NoiseRequest.start(), DataType.FLOAT, 1, 3), Arrays.copyOfRange(all, 3 * row, 3 * row + 3));
        }
    }
}
