package io.github.diffusion4j.core.kernel;

import java.util.Arrays;

/**
 * Sums and inner products of blocks: quarters of a block side by side, then quarters of those, then what is left one by one, in double. The loops have one length and add by fused multiply-adds,
 * which the compiler vectorises, where it leaves nested loops and plain additions alone. Products of floats whose sum a float cannot hold are added in double.
 */
final class BlockMoments {

    private static final int QUARTER = Scratch.SIZE / 4;
    private static final int PART = QUARTER / 4;
    /** Terms that cancel no more than this are combined in a chain, see {@link FloatChains}. */
    private static final double CHAINED = 16;
    /** Products of a block that add up to less may have underflowed. */
    private static final double SMALL = 1e-25;

    private BlockMoments() {}

    static double sum(double[] x, double[] spare) {
        for (int i = 0; i < QUARTER; i++) {
            spare[i] = Math.fma(1.0, x[i + 3 * QUARTER], Math.fma(1.0, x[i + 2 * QUARTER], Math.fma(1.0, x[i + QUARTER], x[i])));
        }
        return folded(spare);
    }

    static double product(double[] x, double[] y, double[] spare) {
        for (int i = 0; i < QUARTER; i++) {
            spare[i] = Math.fma(x[i + 3 * QUARTER], y[i + 3 * QUARTER],
                    Math.fma(x[i + 2 * QUARTER], y[i + 2 * QUARTER], Math.fma(x[i + QUARTER], y[i + QUARTER], x[i] * y[i])));
        }
        return folded(spare);
    }

    private static double folded(double[] x) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = 0; i < QUARTER; i += 4) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
        }
        return a + b + (c + d);
    }

    private static void sum(float[] x, float[] spare) {
        for (int i = 0; i < QUARTER; i++) {
            spare[i] = Math.fma(1f, x[i + 3 * QUARTER], Math.fma(1f, x[i + 2 * QUARTER], Math.fma(1f, x[i + QUARTER], x[i])));
        }
    }

    private static void product(float[] x, float[] y, float[] spare) {
        for (int i = 0; i < QUARTER; i++) {
            spare[i] = Math.fma(x[i + 3 * QUARTER], y[i + 3 * QUARTER],
                    Math.fma(x[i + 2 * QUARTER], y[i + 2 * QUARTER], Math.fma(x[i + QUARTER], y[i + QUARTER], x[i] * y[i])));
        }
    }

    /** The sum of a quarter of a block: four parts side by side, whose values are then added one by one in double. */
    private static double folded(float[] x, float[] part) {
        for (int i = 0; i < PART; i++) {
            part[i] = Math.fma(1f, x[i + 3 * PART], Math.fma(1f, x[i + 2 * PART], Math.fma(1f, x[i + PART], x[i])));
        }
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = 0; i < PART; i += 4) {
            a += part[i];
            b += part[i + 1];
            c += part[i + 2];
            d += part[i + 3];
        }
        return a + b + (c + d);
    }

    /** Combinations and their sums in doubles. */
    static Moments.BlockSums inDoubles(HostArray[] arrays, double[]... combinations) {
        int n = arrays.length;
        int m = combinations.length;
        return (from, count, scratch, out, at) -> {
            double[][] x = Moments.loaded(arrays, from, count, scratch, m + 1);
            double[] spare = x[n + m];
            for (int k = 0; k < m; k++) {
                DoubleSums.combine(combinations[k], x, x[n + k], spare);
                out[at + k] = sum(x[n + k], spare);
            }
            for (int k = 0, place = at + m; k < m; k++) {
                for (int l = 0; l <= k; l++) {
                    out[place++] = product(x[n + k], x[n + l], spare);
                }
            }
        };
    }

    /** Combinations and their sums in floats. */
    static Moments.BlockSums inFloats(HostArray[] arrays, double[]... combinations) {
        int n = arrays.length;
        int m = combinations.length;
        boolean[] chained = new boolean[m];
        boolean[] read = new boolean[n];
        boolean[] something = new boolean[m];
        for (int k = 0; k < m; k++) {
            chained[k] = Arrays.stream(combinations[k]).map(Math::abs).sum() <= CHAINED;
            for (int i = 0; i < n; i++) {
                read[i] |= combinations[k][i] != 0;
                something[k] |= combinations[k][i] != 0;
            }
        }
        return (from, count, scratch, out, at) -> {
            float[][] x = scratch.floats(n + m + 2);
            for (int i = 0; i < n; i++) {
                if (read[i]) {
                    arrays[i].memory().read(from, x[i], 0, count);
                    Arrays.fill(x[i], count, Scratch.SIZE, 0);
                }
            }
            for (int k = 0; k < m; k++) {
                if (chained[k] && something[k]) {
                    FloatChains.combine(combinations[k], x, x[n + k], x[n + m]);
                } else if (something[k]) {
                    FloatSums.combine(combinations[k], x, x[n + k], x[n + m], x[n + m + 1]);
                }
            }
            sums(x, n, something, out, at);
        };
    }

    /** Sums and products of the combinations that follow the first n blocks; those of nothing are 0. */
    private static void sums(float[][] x, int n, boolean[] something, double[] out, int at) {
        int m = something.length;
        float[] spare = x[n + m];
        for (int k = 0; k < m; k++) {
            if (!something[k]) {
                continue;
            }
            sum(x[n + k], spare);
            out[at + k] = settled(folded(spare, x[n + m + 1]), x[n + k], null);
        }
        for (int k = 0, place = at + m; k < m; k++) {
            for (int l = 0; l <= k; l++, place++) {
                if (!something[k] || !something[l]) {
                    continue;
                }
                float[] a = x[n + k];
                float[] b = x[n + l];
                product(a, b, spare);
                out[place] = settled(folded(spare, x[n + m + 1]), a, b);
            }
        }
    }

    /** A sum in floats, or in double where floats cannot hold its terms. */
    private static double settled(double sum, float[] a, float[] b) {
        if (Math.abs(sum) > SMALL && Math.abs(sum) <= Float.MAX_VALUE) {
            return sum;
        }
        double exact = 0;
        for (int i = 0; i < Scratch.SIZE; i++) {
            exact += (double) a[i] * (b == null ? 1 : b[i]);
        }
        return exact;
    }
}
