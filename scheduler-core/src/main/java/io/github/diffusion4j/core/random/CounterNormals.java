package io.github.diffusion4j.core.random;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Standard-normal floats as a function of (key, sample, index, purpose, place): words of Threefry4x32-20, through Box and Muller's transform.
 *
 * <p>Place p of a sample belongs to the counter {@code (256 (p div 1024) + p mod 256, sample, index, purpose)} under the key (lower half, upper half, 0, 0). Of its output words
 * {@code (x0, x1, x2, x3)} the pair {@code (x0, x2)}, a radius word and an angle word, gives the places whose {@code q = (p mod 1024) div 256} is 0 (the cosine's number) and 2 (the
 * sine's), the pair {@code (x1, x3)} those with q of 1 (the cosine's) and 3 (the sine's). A radius word w stands for {@code u = (w + 1/2) / 2^32} rounded to a float and
 * {@code r = sqrt(-2 ln u)}; an angle word for a sign s, its highest bit, and {@code c = 1/2 - (j + 1/2) / 2^23}, j its next 23 bits; the numbers are {@code s r cos(pi c)} and
 * {@code r sin(pi c)}, with the polynomials and in the order of {@code BoxMuller}'s source.
 *
 * <p>Holds scratch memory: one object for one thread.
 */
public final class CounterNormals {

    /** Counters of a block, and the places of it that share a word. */
    private static final int LANES = Threefry.LANES;
    private static final int BLOCK = 4 * LANES;

    /** Rows up to this length read only the first pair of words of each counter. */
    public static final int SHORT = LANES;

    private final int[] words;
    private final BoxMuller pairs;

    /** Makes the scratch memory. */
    public CounterNormals() {
        this.words = new int[BLOCK];
        this.pairs = new BoxMuller();
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
    public void fill(long key, int sample, int index, int purpose, int from, float[] out, int count) {
        check(from);
        for (int start = 0; start < count; start += BLOCK) {
            System.arraycopy(block(key, sample, index, purpose, (from + start) / 4), 0, out, start, Math.min(BLOCK, count - start));
        }
    }

    /**
     * Writes the same numbers as doubles.
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
        check(from);
        for (int start = 0; start < count; start += BLOCK) {
            widen(block(key, sample, index, purpose, (from + start) / 4), out, start, Math.min(BLOCK, count - start));
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
    public void fillRows(long key, IntUnaryOperator sample, int length, int index, int purpose, long from, float[] out, int at, int count) {
        for (int start = 0; start < count; start += LANES) {
            int lanes = Math.min(LANES, count - start);
            System.arraycopy(rows(key, sample, length, index, purpose, from + start, lanes), 0, out, at + start, lanes);
        }
    }

    private static void check(int from) {
        if (from % BLOCK != 0) {
            throw new IllegalArgumentException("numbers come in blocks of " + BLOCK + ", asked to start at place " + from);
        }
    }

    private static void widen(float[] numbers, double[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = numbers[i];
        }
    }

    private float[] block(long key, int sample, int index, int purpose, int first) {
        for (int i = 0; i < LANES; i++) {
            words[i] = first + i;
        }
        Arrays.fill(words, LANES, 2 * LANES, sample);
        return numbers(key, index, purpose);
    }

    private float[] rows(long key, IntUnaryOperator sample, int length, int index, int purpose, long from, int lanes) {
        int row = (int) (from / length);
        int place = (int) (from % length);
        for (int i = 0; i < lanes; i++) {
            words[i] = place;
            words[LANES + i] = sample.applyAsInt(row);
            place++;
            if (place == length) {
                place = 0;
                row++;
            }
        }
        return numbers(key, index, purpose);
    }

    /** The numbers of counters whose first two words are set. */
    private float[] numbers(long key, int index, int purpose) {
        Arrays.fill(words, 2 * LANES, 3 * LANES, index);
        Arrays.fill(words, 3 * LANES, BLOCK, purpose);
        Threefry.lanes((int) key, (int) (key >>> 32), 0, 0, words);
        return pairs.of(words);
    }
}
