package io.github.diffusion4j.core.kernel;

import java.util.Arrays;

/** Weighted sums of double blocks. */
final class DoubleSums {

    private DoubleSums() {}

    /** {@code out = sum of w_k x_k} over the weights that are not 0; {@code out} may be one of the summands. */
    static void combine(double[] weights, double[][] x, double[] out, double[] sum, int count) {
        Arrays.fill(sum, 0, count, 0);
        for (int k = 0; k < weights.length; k++) {
            if (weights[k] != 0) {
                add(x[k], weights[k], sum, count);
            }
        }
        System.arraycopy(sum, 0, out, 0, count);
    }

    private static void add(double[] x, double weight, double[] sum, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += weight * x[i];
        }
    }

    static void clamp(double[] x, double limit, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.max(-limit, Math.min(limit, x[i]));
        }
    }
}
