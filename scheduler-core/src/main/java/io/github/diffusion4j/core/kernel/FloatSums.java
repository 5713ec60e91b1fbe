package io.github.diffusion4j.core.kernel;

import java.util.Arrays;

/**
 * Weighted sums of float blocks in twice the precision of float, rounded once. A sum is a pair {@code hi + lo}; a product {@code w x} with a double
 * weight is {@code (w' + w'') x}. What a product rounds off is found by a fused multiply-add, what a sum rounds off by two-sum (Knuth, The Art of Computer
 * Programming, volume 2, section 4.2.2, theorem B); with the product q:
 * <pre>
 *   q = w' x,   r = hi + q,   z = r - hi,   lo += ((hi - (r - z)) - (z - q)) + ((w' x - q) + w'' x),   hi = r
 * </pre>
 * On JDK 17 loops that convert between float and double are not vectorised; these are, at a tenth of the time. That takes care: the compiler pairs operands by their places,
 * and may swap those of an addition in one part of an unrolled loop and not in the next, so the loops subtract, with products of both signs at hand. Loops run over whole blocks, whatever part of them holds
 * values, so that the compiler sees one trip count, however small the arrays it met first. Processors without fused multiply-add (x86 before 2013) get the same bits,
 * slowly. A value that is not finite, or a product beyond the range of float, gives NaN or infinity here, also where the sum has a value ({@link #finite}, {@link #settle}).
 */
final class FloatSums {

    private static final int QUARTER = Scratch.SIZE / 4;
    private static final float[] ZEROS = new float[QUARTER];

    private FloatSums() {}

    /** {@code out = sum of w_k x_k} over the weights that are not 0; {@code out} may be one of the summands. */
    static void combine(double[] weights, float[][] x, float[] out, float[] hi, float[] lo) {
        int last = lastTerm(weights);
        if (last < 0) {
            Arrays.fill(out, 0);
            return;
        }
        int first = nextTerm(weights, 0);
        if (first == last) {
            one(x[first], weights[first], out);
            return;
        }
        int second = nextTerm(weights, first + 1);
        if (second == last) {
            two(x[first], weights[first], x[second], weights[second], out);
            return;
        }
        firstTwo(x[first], weights[first], x[second], weights[second], hi, lo);
        for (int k = nextTerm(weights, second + 1); k < last; k = nextTerm(weights, k + 1)) {
            add(x[k], weights[k], hi, lo);
        }
        last(x[last], weights[last], hi, lo, out);
    }

    private static int nextTerm(double[] weights, int from) {
        int k = from;
        while (weights[k] == 0) {
            k++;
        }
        return k;
    }

    private static int lastTerm(double[] weights) {
        int last = weights.length - 1;
        while (last >= 0 && weights[last] == 0) {
            last--;
        }
        return last;
    }

    private static void one(float[] x, double weight, float[] out) {
        if (weight == 1) {
            System.arraycopy(x, 0, out, 0, Scratch.SIZE);
            return;
        }
        float w = (float) weight;
        float rest = (float) (weight - w);
        for (int i = 0; i < Scratch.SIZE; i++) {
            out[i] = Math.fma(w, x[i], rest * x[i]);
        }
    }

    private static void two(float[] x, double weightX, float[] y, double weightY, float[] out) {
        float u = (float) weightX;
        float restX = (float) (weightX - u);
        float v = (float) -weightY;
        float restY = (float) (-weightY - v);
        for (int i = 0; i < Scratch.SIZE; i++) {
            float p = -u * x[i];
            float q = -v * y[i];
            float r = q - p;
            float z = r - q;
            float minusRest = Math.fma(restY, y[i], Math.fma(v, y[i], q)) - Math.fma(restX, x[i], Math.fma(u, x[i], p));
            out[i] = r - (minusRest - ((q - (r - z)) - (p + z)));
        }
    }

    private static void firstTwo(float[] x, double weightX, float[] y, double weightY, float[] hi, float[] lo) {
        float u = (float) weightX;
        float restX = (float) (weightX - u);
        float v = (float) -weightY;
        float restY = (float) (-weightY - v);
        for (int i = 0; i < Scratch.SIZE; i++) {
            float p = -u * x[i];
            float q = -v * y[i];
            float r = q - p;
            float z = r - q;
            float minusRest = Math.fma(restY, y[i], Math.fma(v, y[i], q)) - Math.fma(restX, x[i], Math.fma(u, x[i], p));
            hi[i] = r;
            lo[i] = ((q - (r - z)) - (p + z)) - minusRest;
        }
    }

    private static void add(float[] x, double weight, float[] hi, float[] lo) {
        float v = (float) -weight;
        float rest = (float) (-weight - v);
        for (int i = 0; i < Scratch.SIZE; i++) {
            float h = hi[i];
            float p = v * x[i];
            float q = -v * x[i];
            float r = h - p;
            float z = r - h;
            float minusRest = Math.fma(rest, x[i], Math.fma(v, x[i], q));
            hi[i] = r;
            lo[i] = lo[i] - (minusRest - ((h - (r - z)) - (z - q)));
        }
    }

    private static void last(float[] x, double weight, float[] hi, float[] lo, float[] out) {
        float v = (float) -weight;
        float rest = (float) (-weight - v);
        for (int i = 0; i < Scratch.SIZE; i++) {
            float h = hi[i];
            float p = v * x[i];
            float q = -v * x[i];
            float r = h - p;
            float z = r - h;
            float minusRest = Math.fma(rest, x[i], Math.fma(v, x[i], q));
            out[i] = r - (minusRest - ((h - (r - z)) - (z - q)) - lo[i]);
        }
    }

    /** Whether the first values are finite, the others being replaced by 0: 0 times x is 0 for these only. Four at a time: that takes less than storing each product. */
    static boolean finite(float[] x, float[] spare, int count) {
        Arrays.fill(x, count, Scratch.SIZE, 0);
        for (int i = 0; i < QUARTER; i++) {
            spare[i] = Math.fma(x[i], 0f, Math.fma(x[i + QUARTER], 0f, Math.fma(x[i + 2 * QUARTER], 0f, Math.fma(x[i + 3 * QUARTER], 0f, 0f))));
        }
        return Arrays.equals(spare, 0, QUARTER, ZEROS, 0, QUARTER);
    }

    /** Replaces values that are not finite by those that doubles give. */
    static void settle(float[] x, double[] exact, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Float.isFinite(x[i]) ? x[i] : (float) exact[i];
        }
    }

    /** The nearest floats. */
    static void round(double[] x) {
        for (int i = 0; i < Scratch.SIZE; i++) {
            x[i] = (float) x[i];
        }
    }

    static void clamp(float[] x, float limit) {
        for (int i = 0; i < Scratch.SIZE; i++) {
            x[i] = Math.max(-limit, Math.min(limit, x[i]));
        }
    }
}
