package io.github.diffusion4j.core.kernel;

import java.util.Arrays;

/** Weighted sums of double blocks. */
final class DoubleSums {

    private DoubleSums() {}

    /** {@code out = sum of w_k x_k} over the weights that are not 0; {@code out} may be one of the summands. */
    static void combine(double[] weights, double[][] x, double[] out, double[] sum) {
        Arrays.fill(sum, 0);
        for (int k = 0; k < weights.length; k++) {
            if (weights[k] != 0) {
                add(x[k], weights[k], sum);
            }
        }
        System.arraycopy(sum, 0, out, 0, Scratch.SIZE);
    }

    private static void add(double[] x, double weight, double[] sum) {
        for (int i = 0; i < Scratch.SIZE; i++) {
            sum[i] += weight * x[i];
        }
    }

    static void clamp(double[] x, double limit) {
        for (int i = 0; i < Scratch.SIZE; i++) {
            x[i] = Math.max(-limit, Math.min(limit, x[i]));
        }
    }
}
