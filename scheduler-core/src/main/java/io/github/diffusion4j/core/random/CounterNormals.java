package io.github.diffusion4j.core.random;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Standard-normal numbers as a function of (key, sample, index, purpose, place): the word of Philox4x32-10 at the place, through the normal quantile. Place p of a sample
 * is word {@code (p mod 1024) div 256} of the counter {@code 256 (p div 1024) + p mod 256}. Holds scratch memory: one object for one thread.
 */
public final class CounterNormals {

    /** Counters of a block, and the places of it that share a word. */
    private static final int LANES = Philox.LANES;
    private static final int BLOCK = 4 * LANES;

    /** Rows up to this length read only the first word of each counter. */
    public static final int SHORT = LANES;

    private final long[] words;

    /** Makes the scratch memory. */
    public CounterNormals() {
        this.words = new long[BLOCK];
    }

    /**
     * Writes the numbers of successive places.
     *
     * @param key the key
     * @param sample the sample
     * @param index the index
     * @param purpose the purpose
     * @param from the first place, a multiple of 1024
     * @param out where the numbers go
     * @param count how many
     */
    public void fill(long key, int sample, int index, int purpose, int from, double[] out, int count) {
        if (from % BLOCK != 0) {
            throw new IllegalArgumentException("numbers come in blocks of " + BLOCK + ", asked to start at place " + from);
        }
        for (int start = 0; start < count; start += BLOCK) {
            block(key, sample, index, purpose, (from + start) / 4, out, start, Math.min(BLOCK, count - start));
        }
    }

    /**
     * Writes the numbers of successive places of an array of short rows, each a sample of its own: the same numbers as {@link #fill} gives row by row, but rows share the work.
     *
     * @param key the key
     * @param sample the sample of a row
     * @param length the length of a row, at most {@value #SHORT}
     * @param index the index
     * @param purpose the purpose
     * @param from the first place, counted from the start of row 0
     * @param out where the numbers go
     * @param at where the first of them goes
     * @param count how many
     */
    public void fillRows(long key, IntUnaryOperator sample, int length, int index, int purpose, long from, double[] out, int at, int count) {
        for (int start = 0; start < count; start += LANES) {
            int lanes = Math.min(LANES, count - start);
            int row = (int) ((from + start) / length);
            int place = (int) ((from + start) % length);
            for (int i = 0; i < lanes; i++) {
                words[i] = place;
                words[LANES + i] = Integer.toUnsignedLong(sample.applyAsInt(row));
                place++;
                if (place == length) {
                    place = 0;
                    row++;
                }
            }
            Arrays.fill(words, 2 * LANES, 3 * LANES, Integer.toUnsignedLong(index));
            Arrays.fill(words, 3 * LANES, BLOCK, Integer.toUnsignedLong(purpose));
            Philox.lanes(key, words);
            quantiles(words, out, at + start, lanes);
        }
    }

    private void block(long key, int sample, int index, int purpose, int first, double[] out, int at, int count) {
        count(words, first);
        Arrays.fill(words, LANES, 2 * LANES, Integer.toUnsignedLong(sample));
        Arrays.fill(words, 2 * LANES, 3 * LANES, Integer.toUnsignedLong(index));
        Arrays.fill(words, 3 * LANES, BLOCK, Integer.toUnsignedLong(purpose));
        Philox.lanes(key, words);
        quantiles(words, out, at, count);
    }

    private static void count(long[] words, int first) {
        for (int i = 0; i < LANES; i++) {
            words[i] = first + i;
        }
    }

    private static void quantiles(long[] words, double[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = NormalQuantile.of((int) words[i]);
        }
    }
}
