package io.github.diffusion4j.core.random;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Two standard-normal floats of two 32-bit words, by Box and Muller (Annals of Mathematical Statistics 29, 1958): {@code s r cos(pi c)} and {@code r sin(pi c)} with
 * {@code r = sqrt(-2 ln u)}, where {@code u = (w + 1/2) / 2^32} of the radius word w, the sign s is the highest bit of the angle word, and {@code c = 1/2 - (j + 1/2) / 2^23} with j
 * its next 23 bits. The complement of the angle word gives exactly the negated numbers. With u rounded to a float, r is off by less than 2e-7 of its size and the numbers by less than
 * 4e-7 r; rounding u moves r by less than 6e-8 / r where r is below 1. The numbers reach 6.76. The probability of one beyond x is off by less than 1e-6 of its size up to x = 3, by 2e-6
 * at 5, 4e-5 at 5.5 and 1.2e-3 at 6, where few radius words are left; the density is smooth up to the end, since angles spread each radius.
 *
 * <p>Two words make two numbers, with one logarithm and one root: a normal quantile of each word takes both for every number.
 *
 * <p>Every step is a loop of constant length which the JIT turns into vector instructions: of integers alone or of floats alone, in one array, without branches and tables. Bits go from
 * integers to floats and back through bytes, since the JIT has no vector instruction for {@code Float.intBitsToFloat}. Additions, multiplications and roots of floats alone,
 * in the order of the source, which Java rounds the same way everywhere. Holds scratch memory: one object for one thread.
 */
final class BoxMuller {

    /** Pairs of words that are worked on at once. */
    static final int PAIRS = 512;

    private static final VarHandle BITS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final int SIGN = 0x80000000;
    private static final int SIGNIFICAND = 0x7FFFFF;
    /** Bits of the floats 1, 128 and 2^23, whose units in the last place are 2^-23, 2^-16 and 1. */
    private static final int ONE = 0x3F800000;
    private static final int FRACTION = 0x43000000;
    private static final int WHOLE = 0x4B000000;
    /** Bits of sqrt(1/2). */
    private static final int ROOT_HALF = 0x3F3504F3;
    /** Added and taken away it rounds a float to a whole number. */
    private static final float ROUND = 0x1.8p23f;
    private static final float TWO_LN_2 = 1.3862944f;

    private final byte[] bits = new byte[3 * PAIRS * Float.BYTES];
    private final FloatBuffer view = ByteBuffer.wrap(bits).order(ByteOrder.nativeOrder()).asFloatBuffer();
    private final float[] floats = new float[4 * PAIRS];

    /**
     * The numbers of {@link #PAIRS} pairs.
     *
     * @param words the radius words, then the angle words
     * @return the cosines' numbers, then the sines' numbers, then other floats; valid up to the next call
     */
    float[] of(int[] words) {
        split(words, bits);
        view.rewind();
        view.get(floats, 0, 3 * PAIRS);
        uniforms(floats);
        angles(floats);
        view.rewind();
        view.put(floats, 0, PAIRS);
        decompose(bits);
        view.rewind();
        view.get(floats, 0, 2 * PAIRS);
        radii(floats);
        sines(floats);
        cosines(floats);
        return floats;
    }

    /** The halves of a radius word as floats {@code 2^23 + upper} and {@code 128 + lower / 2^16}, an angle word as {@code s (1 + j / 2^23)}. */
    private static void split(int[] words, byte[] bits) {
        for (int i = 0; i < PAIRS; i++) {
            int radius = words[i];
            int angle = words[i + PAIRS];
            BITS.set(bits, Float.BYTES * i, WHOLE | radius >>> 16);
            BITS.set(bits, Float.BYTES * (i + PAIRS), FRACTION | radius & 0xFFFF);
            BITS.set(bits, Float.BYTES * (i + 2 * PAIRS), angle & SIGN | ONE | angle >>> 8 & SIGNIFICAND);
        }
    }

    /** {@code 2^16 u}, rounded once. */
    private static void uniforms(float[] floats) {
        for (int i = 0; i < PAIRS; i++) {
            floats[i] = floats[i] - 0x1p23f + (floats[i + PAIRS] - (128 - 0x1p-17f));
        }
    }

    /** From {@code s (1 + j / 2^23)} to c, and s. */
    private static void angles(float[] floats) {
        for (int i = 0; i < PAIRS; i++) {
            float angle = floats[i + 2 * PAIRS];
            floats[i + 2 * PAIRS] = 1.5f - Math.abs(angle) - 0x1p-24f;
            floats[i + 3 * PAIRS] = 0.7f * angle + ROUND - ROUND;
        }
    }

    /** From {@code 2^16 u} to {@code u = 2^-e m} with m from sqrt(1/2) to sqrt(2): e as {@code 2^23 + e}, and m. */
    private static void decompose(byte[] bits) {
        for (int i = 0; i < PAIRS; i++) {
            int x = (int) BITS.get(bits, Float.BYTES * i) - ROOT_HALF;
            BITS.set(bits, Float.BYTES * i, WHOLE + 16 - (x >> 23));
            BITS.set(bits, Float.BYTES * (i + PAIRS), (x & SIGNIFICAND) + ROOT_HALF);
        }
    }

    /** The radius r; -2 ln m is {@code (m - 1) P(m - 1)} with the minimax polynomial P of degree 8, off by 3e-8 of its size. */
    private static void radii(float[] floats) {
        for (int i = 0; i < PAIRS; i++) {
            float exponent = floats[i] - 0x1p23f;
            float g = floats[i + PAIRS] - 1;
            float g2 = g * g;
            float g4 = g2 * g2;
            float low = -2 + 0.99999976f * g + (-0.66668373f + 0.5000415f * g) * g2;
            float high = -0.39913666f + 0.33124787f * g + (-0.29904532f + 0.28733686f * g) * g2 - 0.17444712f * g4;
            floats[i] = (float) Math.sqrt(exponent * TWO_LN_2 + g * (low + high * g4));
        }
    }

    /** {@code r sin(pi c)}: c times a minimax polynomial in c^2 of degree 4, off by 6e-9 of its size. */
    private static void sines(float[] floats) {
        for (int i = 0; i < PAIRS; i++) {
            float c = floats[i + 2 * PAIRS];
            float y = c * c;
            float y2 = y * y;
            float sine = 3.1415927f + ((2.5500698f - 0.5982421f * y) * y2 + 0.07756039f * (y2 * y2) - 5.16771f * y);
            floats[i + PAIRS] = floats[i] * c * sine;
        }
    }

    /** {@code s r cos(pi c)}: a minimax polynomial in c^2 of degree 5, off by 3e-10. */
    private static void cosines(float[] floats) {
        for (int i = 0; i < PAIRS; i++) {
            float c = floats[i + 2 * PAIRS];
            float y = c * c;
            float y2 = y * y;
            float cosine = 1 + ((4.058709f - 1.3352121f * y) * y2 + (0.23493756f - 0.024396716f * y) * (y2 * y2) - 4.934802f * y);
            floats[i] = floats[i] * floats[i + 3 * PAIRS] * cosine;
        }
    }
}
