package io.github.diffusion4j.core.random;

/** The numbers of {@link CounterNormals} one at a time, written from their definition: conversions of numbers where the library moves bits. */
public final class ScalarNormals {

    private static final int[][] ROTATIONS = {{10, 26}, {11, 21}, {13, 27}, {23, 5}, {6, 20}, {17, 11}, {25, 10}, {18, 20}};

    private ScalarNormals() {}

    /**
     * The number of a place.
     *
     * @param key the key
     * @param sample the sample
     * @param index the index
     * @param purpose the purpose
     * @param place the place
     * @return the number
     */
    public static float at(long key, int sample, int index, int purpose, int place) {
        int[] counter = {256 * (place / 1024) + place % 256, sample, index, purpose};
        int[] words = threefry(counter, new int[] {(int) key, (int) (key >> 32), 0, 0});
        int quarter = place % 1024 / 256;
        float[] pair = pair(words[quarter % 2], words[2 + quarter % 2]);
        return pair[quarter / 2];
    }

    /** The output of a counter, as the paper's figure has it: mixing of two pairs, a permutation, and every four rounds the key. */
    static int[] threefry(int[] counter, int[] key) {
        int[] schedule = {key[0], key[1], key[2], key[3], 0x1BD11BDA ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
        int[] x = counter.clone();
        for (int round = 0; round <= 20; round++) {
            if (round % 4 == 0) {
                for (int word = 0; word < 4; word++) {
                    x[word] += schedule[(round / 4 + word) % 5] + (word == 3 ? round / 4 : 0);
                }
            }
            if (round < 20) {
                mix(x, 0, 1, ROTATIONS[round % 8][0]);
                mix(x, 2, 3, ROTATIONS[round % 8][1]);
                int second = x[1];
                x[1] = x[3];
                x[3] = second;
            }
        }
        return x;
    }

    private static void mix(int[] x, int first, int second, int rotation) {
        x[first] += x[second];
        x[second] = Integer.rotateLeft(x[second], rotation) ^ x[first];
    }

    /** The cosine's number and the sine's. */
    static float[] pair(int radius, int angle) {
        float u = (float) (Integer.toUnsignedLong(radius) + 0.5);
        int exponent = Math.getExponent(u);
        float m = Math.scalb(u, -exponent);
        if (m >= (float) Math.sqrt(0.5) * 2) {
            exponent++;
            m /= 2;
        }
        float r = radius(32 - exponent, m - 1);
        float c = (float) (0.5 - ((angle >>> 8 & 0x7FFFFF) + 0.5) / (1 << 23));
        return new float[] {(angle < 0 ? -r : r) * cosine(c * c), r * c * sine(c * c)};
    }

    private static float radius(float octaves, float g) {
        float g2 = g * g;
        float g4 = g2 * g2;
        float low = (-2 + 0.99999976f * g) + (-0.66668373f + 0.5000415f * g) * g2;
        float high = ((-0.39913666f + 0.33124787f * g) + (-0.29904532f + 0.28733686f * g) * g2) - 0.17444712f * g4;
        return (float) Math.sqrt(octaves * (float) (2 * Math.log(2)) + g * (low + high * g4));
    }

    private static float cosine(float y) {
        float y2 = y * y;
        float upper = (4.058709f - 1.3352121f * y) * y2 + (0.23493756f - 0.024396716f * y) * (y2 * y2);
        return 1 + (upper - 4.934802f * y);
    }

    private static float sine(float y) {
        float y2 = y * y;
        float upper = (2.5500698f - 0.5982421f * y) * y2 + 0.07756039f * (y2 * y2);
        return 3.1415927f + (upper - 5.16771f * y);
    }
}
