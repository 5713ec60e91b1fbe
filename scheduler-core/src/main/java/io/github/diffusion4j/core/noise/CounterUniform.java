package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.random.Philox;
import java.io.Serializable;

/**
 * Uniform numbers as a pure function of (seed, index, element), from Philox4x32-10: for training times and shuffling.
 * Its keys are apart from {@link CounterNoise}'s, so equal seeds give unrelated numbers.
 *
 * @param seed any number
 */
public record CounterUniform(long seed) implements Serializable {

    private static final int PURPOSE = 0xFF000000;

    /**
     * A uniform number.
     *
     * @param index which draw, for instance the training iteration
     * @param element which number of the draw
     * @return a number in [0, 1), a multiple of 2^-53
     */
    public double at(int index, int element) {
        int[] words = new int[4];
        Philox.words(seed, element, 0, index, PURPOSE, words);
        long bits = ((long) words[0] << 32 | words[1] & 0xFFFFFFFFL) >>> 11;
        return bits * 0x1p-53;
    }

    /**
     * A permutation of {@code 0 .. size-1}, every one equally likely (Fisher and Yates).
     *
     * @param index which draw, for instance the epoch
     * @param size how many elements
     * @return the permutation
     */
    public int[] permutation(int index, int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int j = (int) (at(index, i) * (i + 1));
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
