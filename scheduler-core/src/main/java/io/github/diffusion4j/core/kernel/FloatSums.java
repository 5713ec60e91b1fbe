package io.github.diffusion4j.core.kernel;

import java.util.Arrays;

/**
 * Weighted sums of float blocks in twice the precision of float, rounded once. A sum is a pair {@code hi + lo}; a product {@code w x} with a double
 * weight is {@code (w' + w'') x}. What a product rounds off is found by a fused multiply-add, what an addition rounds off by two-sum (Knuth, The Art of Computer
 * Programming, volume 2, section 4.2.2, theorem B):
 * <pre>
 *   p = w' x,   r = hi + p,   z = r - hi,   lo += (hi - (r - z)) + (p - z) + ((w' x - p) + w'' x),   hi = r
 * </pre>
 * These are float operations only: on JDK 17 loops that convert between float and double are not vectorised, these are, and they were measured at a tenth of the time.
 * Processors without fused multiply-add (x86 before 2013) get the same bits, slowly.
 * A value that is not finite, or products beyond the range of float, give NaN or infinity.
 */
final class FloatSums {

    private FloatSums() {}

    /** {@code out = sum of w_k x_k} over the weights that are not 0; {@code out} may be one of the summands. */
    static void combine(double[] weights, float[][] x, float[] out, float[] hi, float[] lo, int count) {
        int last = lastTerm(weights);
        if (last < 0) {
            Arrays.fill(out, 0, count, 0);
            return;
        }
        int k = 0;
        while (weights[k] == 0) {
            k++;
        }
        if (k == last) {
            only(x[k], weights[k], out, count);
            return;
        }
        first(x[k], weights[k], hi, lo, count);
        for (k++; k < last; k++) {
            if (weights[k] != 0) {
                add(x[k], weights[k], hi, lo, count);
            }
        }
        last(x[last], weights[last], hi, lo, out, count);
    }

    static int lastTerm(double[] weights) {
        int last = weights.length - 1;
        while (last >= 0 && weights[last] == 0) {
            last--;
        }
        return last;
    }

    private static void only(float[] x, double weight, float[] out, int count) {
        if (weight == 1) {
            System.arraycopy(x, 0, out, 0, count);
            return;
        }
        float w = (float) weight;
        float rest = (float) (weight - w);
        for (int i = 0; i < count; i++) {
            out[i] = Math.fma(w, x[i], rest * x[i]);
        }
    }

    private static void first(float[] x, double weight, float[] hi, float[] lo, int count) {
        float w = (float) weight;
        float rest = (float) (weight - w);
        for (int i = 0; i < count; i++) {
            float h = w * x[i];
            hi[i] = h;
            lo[i] = Math.fma(rest, x[i], Math.fma(w, x[i], -h));
        }
    }

    private static void add(float[] x, double weight, float[] hi, float[] lo, int count) {
        float w = (float) weight;
        float rest = (float) (weight - w);
        for (int i = 0; i < count; i++) {
            float h = hi[i];
            float p = w * x[i];
            float r = h + p;
            float z = r - h;
            lo[i] += (h - (r - z)) + (p - z) + Math.fma(rest, x[i], Math.fma(w, x[i], -p));
            hi[i] = r;
        }
    }

    private static void last(float[] x, double weight, float[] hi, float[] lo, float[] out, int count) {
        float w = (float) weight;
        float rest = (float) (weight - w);
        for (int i = 0; i < count; i++) {
            float h = hi[i];
            float p = w * x[i];
            float r = h + p;
            float z = r - h;
            out[i] = r + (lo[i] + ((h - (r - z)) + (p - z) + Math.fma(rest, x[i], Math.fma(w, x[i], -p))));
        }
    }

    static void clamp(float[] x, float limit, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.max(-limit, Math.min(limit, x[i]));
        }
    }
}
