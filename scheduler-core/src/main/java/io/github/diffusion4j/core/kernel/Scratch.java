package io.github.diffusion4j.core.kernel;

import io.github.diffusion4j.core.random.CounterNormals;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Blocks on the heap in which a thread computes. They hold nothing between two uses, so which one a thread gets never changes a result. A few stay for the next
 * use; threads are told apart by number rather than by thread-local variables, so that a million virtual threads keep no more memory than a few cores need.
 */
public final class Scratch {

    /** Values that travel together; the blocks of a step fit the first-level cache. */
    public static final int SIZE = 1024;

    private static final int BLOCKS = 5;

    private static final AtomicReferenceArray<Scratch> IDLE = new AtomicReferenceArray<>(64);

    private final float[][] floats = new float[Pass.REGISTERS + 2][];
    private final double[][] doubles = new double[Pass.REGISTERS + 2][];
    private final double[][] blocks = new double[BLOCKS][];
    private final double[][] rows = new double[2][0];
    private final FloatExponentials exponentials = new FloatExponentials();
    private final Truncation truncation = new Truncation();
    private final CounterNormals normals = new CounterNormals();
    private final int[] counts = new int[1 << OrderStatistics.DIGIT];

    private Scratch() {}

    static Scratch take() {
        Scratch idle = IDLE.getAndSet(slot(), null);
        return idle == null ? new Scratch() : idle;
    }

    void give() {
        IDLE.set(slot(), this);
    }

    private static int slot() {
        return (int) Thread.currentThread().getId() & IDLE.length() - 1;
    }

    /** The float blocks, those below a number made. */
    float[][] floats(int count) {
        for (int k = 0; k < count; k++) {
            if (floats[k] == null) {
                floats[k] = new float[SIZE];
            }
        }
        return floats;
    }

    /** The double blocks, those below a number made. */
    double[][] doubles(int count) {
        for (int k = 0; k < count; k++) {
            if (doubles[k] == null) {
                doubles[k] = new double[SIZE];
            }
        }
        return doubles;
    }

    /**
     * A block of {@link #SIZE} doubles with any contents.
     *
     * @param number which block, from 0 to 4
     * @return the block, the same for the same number
     */
    public double[] block(int number) {
        if (blocks[number] == null) {
            blocks[number] = new double[SIZE];
        }
        return blocks[number];
    }

    /** One of two rows of doubles with any contents, as long as asked for or longer. */
    double[] row(int number, int length) {
        if (rows[number].length < length) {
            rows[number] = new double[length];
        }
        return rows[number];
    }

    /** The exponentials of this thread, which need memory too. */
    FloatExponentials exponentials() {
        return exponentials;
    }

    /** What drops classes on this thread, which needs memory too. */
    Truncation truncation() {
        return truncation;
    }

    /** Counters with any contents. */
    int[] counts() {
        return counts;
    }

    /**
     * The generator of random numbers of this thread, which needs memory too.
     *
     * @return the generator
     */
    public CounterNormals normals() {
        return normals;
    }
}
