package io.github.diffusion4j.core.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Sums of exponentials over a block of floats, {@code sum of e^(d)} and {@code sum of d e^d} with {@code d = (x - top) / T <= 0}. With {@code t = d / ln 2}, whole part n and rest f from -1/2 to 1/2,
 * {@code e^d = 2^n 2^f}, and 2^f is its Taylor polynomial of degree 6, off by 1.2e-7 of its size at most; with the roundings of floats each term is off by less than {@code (5 + |t|) 6e-8} of its size, and a sum of 1,024 of
 * them, added pairwise, by 6e-7 more. Terms below 2^-126 count as that.
 *
 * <p>Every step is a loop of constant length over floats or integers alone, which the JIT turns into vector instructions; bits go between them through bytes, as in the random numbers. Holds scratch
 * memory: one object for one thread.
 */
final class FloatExponentials {

    private static final VarHandle BITS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final int SIZE = Scratch.SIZE;
    private static final int BIAS = 127;
    private static final int FRACTION = 23;
    private static final float LEAST = -126;
    /** Added and taken away it rounds a float to a whole number, which its lowest bits then hold. */
    private static final float ROUND = 0x1.8p23f;
    private static final float LN_2 = 0.6931472f;
    private static final int HALVED = 32;

    private final byte[] bits = new byte[SIZE * Float.BYTES];
    private final FloatBuffer view = ByteBuffer.wrap(bits).order(ByteOrder.nativeOrder()).asFloatBuffer();
    private final float[] depths = new float[SIZE];
    private final float[] weights = new float[SIZE];
    private final float[] powers = new float[SIZE];
    private final double[] sums = new double[2];

    /** The sum of exponentials, and that of depths times them; valid up to the next call. */
    double[] sums(float[] x, float top, double temperature) {
        split(x, top, (float) (1 / (temperature * Math.log(2))), depths, weights, powers);
        polynomial(weights);
        view.rewind();
        view.put(powers, 0, SIZE);
        exponents(bits);
        view.rewind();
        view.get(powers, 0, SIZE);
        weigh(depths, weights, powers);
        sums[0] = added(weights);
        sums[1] = added(depths) * LN_2;
        return sums;
    }

    /** Depths t, whole parts n and rests f. Longer loops are not turned into vector instructions. */
    private static void split(float[] x, float top, float scale, float[] depths, float[] weights, float[] powers) {
        for (int i = 0; i < SIZE; i++) {
            float t = Math.max((x[i] - top) * scale, LEAST);
            depths[i] = t;
            powers[i] = t + ROUND;
        }
        for (int i = 0; i < SIZE; i++) {
            weights[i] = depths[i] - (powers[i] - ROUND);
        }
    }

    /** From f to 2^f. */
    private static void polynomial(float[] weights) {
        for (int i = 0; i < SIZE; i++) {
            float f = weights[i];
            float f2 = f * f;
            float low = 0.6931472f * f + (0.2402265f + 0.05550411f * f) * f2 + 1;
            float high = 0.009618129f + 0.0013333558f * f + 0.00015403531f * f2;
            weights[i] = high * (f2 * f2) + low;
        }
    }

    /** From n to 2^n. */
    private static void exponents(byte[] bits) {
        for (int i = 0; i < SIZE; i++) {
            BITS.set(bits, Float.BYTES * i, (int) BITS.get(bits, Float.BYTES * i) + BIAS << FRACTION);
        }
    }

    private static void weigh(float[] depths, float[] weights, float[] powers) {
        for (int i = 0; i < SIZE; i++) {
            float weight = weights[i] * powers[i];
            weights[i] = weight;
            depths[i] *= weight;
        }
    }

    /** Pairwise, in place. */
    private static double added(float[] x) {
        for (int i = 0; i < 512; i++) {
            x[i] += x[i + 512];
        }
        for (int i = 0; i < 256; i++) {
            x[i] += x[i + 256];
        }
        for (int i = 0; i < 128; i++) {
            x[i] += x[i + 128];
        }
        for (int i = 0; i < 64; i++) {
            x[i] += x[i + 64];
        }
        for (int i = 0; i < HALVED; i++) {
            x[i] += x[i + HALVED];
        }
        double sum = 0;
        for (int i = 0; i < HALVED; i++) {
            sum += x[i];
        }
        return sum;
    }

    /** The largest value of a block. */
    float largest(float[] x) {
        float[] largest = depths;
        for (int i = 0; i < 512; i++) {
            largest[i] = Math.max(x[i], x[i + 512]);
        }
        for (int i = 0; i < 256; i++) {
            largest[i] = Math.max(largest[i], largest[i + 256]);
        }
        for (int i = 0; i < 128; i++) {
            largest[i] = Math.max(largest[i], largest[i + 128]);
        }
        for (int i = 0; i < 64; i++) {
            largest[i] = Math.max(largest[i], largest[i + 64]);
        }
        for (int i = 0; i < HALVED; i++) {
            largest[i] = Math.max(largest[i], largest[i + HALVED]);
        }
        float top = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < HALVED; i++) {
            top = Math.max(top, largest[i]);
        }
        return top;
    }
}
