package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Scratch;
import io.github.diffusion4j.core.random.CounterNormals;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The default noise: every number is a function of (seed, sample, request, place in the sample) by Threefry4x32-20 and Box and
 * Muller's transform. The same numbers come out for any batch size, order of calls, thread and platform; they are floats, and
 * DOUBLE arrays hold the same floats.
 *
 * <p>These are the numbers of version 1: those that {@link CounterNormals} defines for the seed as key, the sample, the request's
 * index and the purpose {@code 2^24 stream + draw}, with stream 0 for START, 1 for STEP and 2 for FORWARD.
 *
 * <p>Row {@code k} of an array is sample {@code k} of the seed, unless rows have keys of their own:
 * <pre>{@code
 *   NoiseSource batch = CounterNoise.of(42);                  // rows are samples 0, 1, 2, ...
 *   NoiseSource third = CounterNoise.of(42).forSamples(2);    // one row, equal to row 2 of the batch
 *   NoiseSource users = CounterNoise.ofSeeds(7, 42);          // row 1 equals the only row of CounterNoise.of(42)
 * }</pre>
 */
public final class CounterNoise implements BlockNoise {

    private static final long serialVersionUID = 1;

    /** Of the numbers, not of the class: saved noise of other numbers is refused, since a run would go on with noise it did not start with. */
    private static final int VERSION = 1;

    private final List<Key> rows;
    private final long seed;
    private final int version;

    private record Key(long seed, int sample) implements Serializable {}

    private CounterNoise(long seed, List<Key> rows) {
        this.seed = seed;
        this.rows = rows;
        this.version = VERSION;
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        if (version != VERSION) {
            throw new InvalidObjectException("this noise was saved with the numbers of version " + version + "; this library makes those of version " + VERSION);
        }
    }

    /**
     * Noise from a seed.
     *
     * @param seed any number
     * @return the source
     */
    public static CounterNoise of(long seed) {
        return new CounterNoise(seed, List.of());
    }

    /**
     * Noise for a batch whose samples have seeds of their own: row {@code k} gets what {@code CounterNoise.of(seeds[k])} gives a batch of one.
     *
     * @param seeds one seed for each row
     * @return the source
     * @throws IllegalArgumentException if there is none
     */
    public static CounterNoise ofSeeds(long... seeds) {
        if (seeds.length == 0) {
            throw new IllegalArgumentException("a batch needs a seed for each row, got none");
        }
        return new CounterNoise(seeds[0], LongStream.of(seeds).mapToObj(s -> new Key(s, 0)).toList());
    }

    /**
     * The same noise for other samples: row {@code k} gets the numbers of row {@code indices[k]}.
     *
     * @param indices the samples, each at least 0
     * @return the source
     * @throws IllegalArgumentException if there is none, or an index is negative or beyond the rows that have seeds
     */
    public CounterNoise forSamples(int... indices) {
        if (indices.length == 0 || Arrays.stream(indices).anyMatch(i -> i < 0 || !rows.isEmpty() && i >= rows.size())) {
            throw new IllegalArgumentException("sample indices count from 0" + (rows.isEmpty() ? "" : " to " + (rows.size() - 1))
                    + " and there must be one per row, got " + Arrays.toString(indices));
        }
        return new CounterNoise(seed, IntStream.of(indices).mapToObj(row -> new Key(seed(row), sample(row))).toList());
    }

    /** The seed a row is drawn from. */
    long seed(int row) {
        return rows.isEmpty() ? seed : rows.get(row).seed();
    }

    /** Which sample of its seed a row is. */
    int sample(int row) {
        return rows.isEmpty() ? row : rows.get(row).sample();
    }

    @Override
    public void check(NoiseRequest request, int asked) {
        if (!rows.isEmpty() && asked != rows.size()) {
            throw new IllegalArgumentException("this source was made for " + rows.size() + " samples, asked to fill " + asked);
        }
    }

    @Override
    public void generate(NoiseRequest request, int row, int position, float[] out, int count, Scratch scratch) {
        scratch.normals().fill(seed(row), sample(row), request.index(), purpose(request), position, out, count);
    }

    private static int purpose(NoiseRequest request) {
        return request.stream().ordinal() << 24 | request.draw();
    }

    /** A block holds 1024 numbers; rows of a few numbers share one. */
    @Override
    public void fill(NoiseRequest request, HostArray out) {
        int length = out.length() / out.samples();
        if (out.rank() == 0 || length > CounterNormals.SHORT) {
            BlockNoise.super.fill(request, out);
            return;
        }
        check(request, out.samples());
        Kernels.generateWhole(out, (whole, position, block, count, scratch) -> shortRows(request, length, position, block, count, scratch));
    }

    /** The numbers of successive places of an array, those of rows with one seed together. */
    private void shortRows(NoiseRequest request, int length, int position, float[] out, int count, Scratch scratch) {
        int done = 0;
        while (done < count) {
            int row = (position + done) / length;
            int end = rows.isEmpty() ? count : Math.min(count, afterSeed(row, (position + count - 1) / length) * length - position);
            scratch.normals().fillRows(seed(row), this::sample, length, request.index(), purpose(request), position + done, out, done, end - done);
            done = end;
        }
    }

    /** The row after the last of those that follow a row and have its seed. */
    private int afterSeed(int row, int last) {
        int next = row + 1;
        while (next <= last && seed(next) == seed(row)) {
            next++;
        }
        return next;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CounterNoise noise && seed == noise.seed && rows.equals(noise.rows);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(seed) + rows.hashCode();
    }

    @Override
    public String toString() {
        return "CounterNoise[" + (rows.isEmpty() ? "seed=" + seed : "rows=" + rows) + "]";
    }
}
