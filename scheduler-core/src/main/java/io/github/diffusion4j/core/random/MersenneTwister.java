package io.github.diffusion4j.core.random;

import java.io.Serializable;
import java.util.Arrays;

/** The generator MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998), as PyTorch and NumPy seed it. Mutable; values that hold one copy it before use. */
final class MersenneTwister implements Serializable {

    private static final long serialVersionUID = 1;

    private static final int SIZE = 624;
    private static final int MIDDLE = 397;

    private final int[] state;
    private int position;

    private MersenneTwister(int[] state, int position) {
        this.state = state;
        this.position = position;
    }

    static MersenneTwister seeded(int seed) {
        int[] state = new int[SIZE];
        state[0] = seed;
        for (int i = 1; i < SIZE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
        return new MersenneTwister(state, SIZE);
    }

    MersenneTwister copy() {
        return new MersenneTwister(state.clone(), position);
    }

    int next() {
        if (position == SIZE) {
            twist();
        }
        int word = state[position++];
        word ^= word >>> 11;
        word ^= word << 7 & 0x9D2C5680;
        word ^= word << 15 & 0xEFC60000;
        return word ^ word >>> 18;
    }

    /** Two words, the high one first. */
    long nextLong() {
        long high = next();
        return high << 32 | next() & 0xFFFFFFFFL;
    }

    void skip(long words) {
        long left = words;
        while (left > SIZE - position) {
            left -= SIZE - position;
            twist();
        }
        position += (int) left;
    }

    private void twist() {
        for (int i = 0; i < SIZE; i++) {
            int y = state[i] & 0x80000000 | state[(i + 1) % SIZE] & 0x7FFFFFFF;
            state[i] = state[(i + MIDDLE) % SIZE] ^ y >>> 1 ^ (y & 1) * 0x9908B0DF;
        }
        position = 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MersenneTwister twister && position == twister.position && Arrays.equals(state, twister.state);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(state) + position;
    }

    @Override
    public String toString() {
        return "MT19937 after " + position + " of " + SIZE + " words, first " + Integer.toUnsignedString(state[0]);
    }
}
