package io.github.diffusion4j.core.random;

/**
 * The counter-based generator Threefry4x32-20: a bijection of 128-bit counters, chosen by a 128-bit key, of additions, rotations and exclusive ors of 32-bit words alone. It passes
 * BigCrush from 12 rounds on; 20 are what its authors recommend.
 *
 * <p>Source: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC11, table 2; rotations of their library Random123.
 */
final class Threefry {

    /** Counters that are worked on at once. */
    static final int LANES = 256;

    /** Of Threefish's key schedule, for words of 32 bits. */
    private static final int PARITY = 0x1BD11BDA;

    private Threefry() {}

    /**
     * Turns counters into output. Word k of lane i stands at {@code k LANES + i}. Four rounds and the key after them go over all lanes in a loop that the JIT turns into vector
     * instructions: for that all words stand in one array, at constant distances. More rounds make a loop that is too long for it.
     *
     * @param k0 the first word of the key
     * @param k1 the second
     * @param k2 the third
     * @param k3 the fourth
     * @param words the counters, {@code 4 LANES} words
     */
    static void lanes(int k0, int k1, int k2, int k3, int[] words) {
        int k4 = PARITY ^ k0 ^ k1 ^ k2 ^ k3;
        add(k0, k1, k2, k3, words);
        firstFour(k1, k2, k3, k4 + 1, words);
        nextFour(k2, k3, k4, k0 + 2, words);
        firstFour(k3, k4, k0, k1 + 3, words);
        nextFour(k4, k0, k1, k2 + 4, words);
        firstFour(k0, k1, k2, k3 + 5, words);
    }

    private static void add(int k0, int k1, int k2, int k3, int[] words) {
        for (int i = 0; i < LANES; i++) {
            words[i] += k0;
            words[i + LANES] += k1;
            words[i + 2 * LANES] += k2;
            words[i + 3 * LANES] += k3;
        }
    }

    private static void firstFour(int k0, int k1, int k2, int k3, int[] words) {
        for (int i = 0; i < LANES; i++) {
            int x1 = words[i + LANES];
            int x3 = words[i + 3 * LANES];
            int x0 = words[i] + x1;
            int x2 = words[i + 2 * LANES] + x3;
            x1 = rotate(x1, 10) ^ x0;
            x3 = rotate(x3, 26) ^ x2;
            x0 += x3;
            x2 += x1;
            x3 = rotate(x3, 11) ^ x0;
            x1 = rotate(x1, 21) ^ x2;
            x0 += x1;
            x2 += x3;
            x1 = rotate(x1, 13) ^ x0;
            x3 = rotate(x3, 27) ^ x2;
            x0 += x3;
            x2 += x1;
            words[i] = x0 + k0;
            words[i + LANES] = (rotate(x1, 5) ^ x2) + k1;
            words[i + 2 * LANES] = x2 + k2;
            words[i + 3 * LANES] = (rotate(x3, 23) ^ x0) + k3;
        }
    }

    private static void nextFour(int k0, int k1, int k2, int k3, int[] words) {
        for (int i = 0; i < LANES; i++) {
            int x1 = words[i + LANES];
            int x3 = words[i + 3 * LANES];
            int x0 = words[i] + x1;
            int x2 = words[i + 2 * LANES] + x3;
            x1 = rotate(x1, 6) ^ x0;
            x3 = rotate(x3, 20) ^ x2;
            x0 += x3;
            x2 += x1;
            x3 = rotate(x3, 17) ^ x0;
            x1 = rotate(x1, 11) ^ x2;
            x0 += x1;
            x2 += x3;
            x1 = rotate(x1, 25) ^ x0;
            x3 = rotate(x3, 10) ^ x2;
            x0 += x3;
            x2 += x1;
            words[i] = x0 + k0;
            words[i + LANES] = (rotate(x1, 20) ^ x2) + k1;
            words[i + 2 * LANES] = x2 + k2;
            words[i + 3 * LANES] = (rotate(x3, 18) ^ x0) + k3;
        }
    }

    private static int rotate(int x, int left) {
        return x << left | x >>> Integer.SIZE - left;
    }
}
