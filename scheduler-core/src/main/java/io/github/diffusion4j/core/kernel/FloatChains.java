package io.github.diffusion4j.core.kernel;

import java.util.Arrays;

/**
 * Weighted sums of float blocks as one chain of fused multiply-adds with weights rounded to float: as many roundings as terms. With unit roundoff u = 2^-24 a sum of n terms is off by at most
 * {@code (n + 1) u} times the sum of the terms' magnitudes (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1: n - 1 additions and one product are rounded, and each weight),
 * which is what a sum may cost whose terms do not cancel; {@link FloatSums} takes over where they do.
 */
final class FloatChains {

    private FloatChains() {}

    /** {@code out = sum of w_k x_k} over the weights that are not 0; {@code out} may be one of the summands. */
    static void combine(double[] weights, float[][] x, float[] out, float[] spare) {
        int first = next(weights, 0);
        int second = next(weights, first + 1);
        int third = next(weights, second + 1);
        if (first == weights.length) {
            Arrays.fill(out, 0);
        } else if (second == weights.length) {
            one(weights, first, x, out);
        } else if (third == weights.length) {
            two(weights, first, second, x, out);
        } else {
            longer(weights, first, second, third, x, out, spare);
        }
    }

    private static int next(double[] weights, int from) {
        int k = Math.min(from, weights.length);
        while (k < weights.length && weights[k] == 0) {
            k++;
        }
        return k;
    }

    /** Three terms, and one by one what follows, in a block apart as long as the result may be a summand. */
    private static void longer(double[] weights, int first, int second, int third, float[][] x, float[] out, float[] spare) {
        int rest = next(weights, third + 1);
        three(weights, first, second, third, x, rest == weights.length ? out : spare);
        for (int k = rest; k < weights.length;) {
            int following = next(weights, k + 1);
            add((float) weights[k], x[k], spare, following == weights.length ? out : spare);
            k = following;
        }
    }

    private static void one(double[] weights, int first, float[][] x, float[] out) {
        float u = (float) weights[first];
        float[] a = x[first];
        for (int i = 0; i < Scratch.SIZE; i++) {
            out[i] = u * a[i];
        }
    }

    private static void two(double[] weights, int first, int second, float[][] x, float[] out) {
        float u = (float) weights[first];
        float v = (float) weights[second];
        float[] a = x[first];
        float[] b = x[second];
        for (int i = 0; i < Scratch.SIZE; i++) {
            out[i] = Math.fma(v, b[i], u * a[i]);
        }
    }

    private static void three(double[] weights, int first, int second, int third, float[][] x, float[] out) {
        float u = (float) weights[first];
        float v = (float) weights[second];
        float w = (float) weights[third];
        float[] a = x[first];
        float[] b = x[second];
        float[] c = x[third];
        for (int i = 0; i < Scratch.SIZE; i++) {
            out[i] = Math.fma(w, c[i], Math.fma(v, b[i], u * a[i]));
        }
    }

    private static void add(float weight, float[] x, float[] sum, float[] out) {
        for (int i = 0; i < Scratch.SIZE; i++) {
            out[i] = Math.fma(weight, x[i], sum[i]);
        }
    }
}
