package io.github.diffusion4j.core.random;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * NumPy's {@code SeedSequence}: a seed spread over many words by hashing (O'Neill, "Developing a seed_seq alternative", 2015).
 *
 * @param entropy the seed, as an unsigned 64-bit number
 * @param spawnKey what tells children of one sequence apart, each number unsigned
 * @param poolSize the words of the pool, 4 in NumPy, 24 in torchsde
 */
public record SeedSequence(long entropy, List<Long> spawnKey, int poolSize) implements Serializable {

    private static final int MULTIPLIER_A = 0x931E8875;
    private static final int INITIAL_A = 0x43B0D7E5;
    private static final int MULTIPLIER_B = 0x58F38DED;
    private static final int INITIAL_B = 0x8B51F9DD;

    /** Checks the pool. */
    public SeedSequence {
        spawnKey = List.copyOf(spawnKey);
        if (poolSize < 4) {
            throw new IllegalArgumentException("a pool has at least 4 words, got " + poolSize);
        }
    }

    /**
     * A sequence with NumPy's defaults.
     *
     * @param entropy the seed
     * @return the sequence
     */
    public static SeedSequence of(long entropy) {
        return new SeedSequence(entropy, List.of(), 4);
    }

    /**
     * The first words of the sequence.
     *
     * @param count how many
     * @return the words, unsigned
     */
    public int[] generateState(int count) {
        int[] pool = pool();
        int[] state = new int[count];
        int hash = INITIAL_B;
        for (int i = 0; i < count; i++) {
            int value = pool[i % poolSize] ^ hash;
            hash *= MULTIPLIER_B;
            value *= hash;
            state[i] = value ^ value >>> 16;
        }
        return state;
    }

    private int[] pool() {
        List<Integer> words = new ArrayList<>();
        add(entropy, words);
        while (!spawnKey.isEmpty() && words.size() < poolSize) {
            words.add(0);
        }
        spawnKey.forEach(key -> add(key, words));
        int[] pool = new int[poolSize];
        int[] hash = {INITIAL_A};
        for (int i = 0; i < poolSize; i++) {
            pool[i] = hashed(i < words.size() ? words.get(i) : 0, hash);
        }
        for (int from = 0; from < poolSize; from++) {
            for (int to = 0; to < poolSize; to++) {
                if (from != to) {
                    pool[to] = mixed(pool[to], hashed(pool[from], hash));
                }
            }
        }
        for (int from = poolSize; from < words.size(); from++) {
            for (int to = 0; to < poolSize; to++) {
                pool[to] = mixed(pool[to], hashed(words.get(from), hash));
            }
        }
        return pool;
    }

    /** The 32-bit words of a number, lowest first; one for 0. */
    private static void add(long number, List<Integer> words) {
        words.add((int) number);
        if (number >>> 32 != 0) {
            words.add((int) (number >>> 32));
        }
    }

    private static int hashed(int word, int[] hash) {
        int value = word ^ hash[0];
        hash[0] *= MULTIPLIER_A;
        value *= hash[0];
        return value ^ value >>> 16;
    }

    private static int mixed(int x, int y) {
        int value = 0xCA01F9DD * x - 0x4973F715 * y;
        return value ^ value >>> 16;
    }
}
