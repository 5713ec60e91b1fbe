package io.github.diffusion4j.core.kernel;

import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * Inner products and sums of a few arrays over one row: all that a rule needs which must look at arrays before it can weigh them. Each array is read once. Blocks of {@link Scratch#SIZE} values
 * are summed in double, and the blocks of a row are added in their order, so the bits do not depend on threads, on the row's place, or on other rows.
 */
public final class Moments {

    private final double[] sums;
    private final int arrays;
    private final int values;

    private Moments(double[] sums, int arrays, int values) {
        this.sums = sums;
        this.arrays = arrays;
        this.values = values;
    }

    /**
     * The moments of each row.
     *
     * @param arrays arrays of one shape, rows along the first axis, see {@link HostArray#byRows}
     * @return one entry for each row
     * @throws IllegalArgumentException if the shapes differ
     */
    public static Moments[] of(HostArray... arrays) {
        if (arrays.length == 0) {
            throw new IllegalArgumentException("moments are of one array or more, got none");
        }
        HostArray first = arrays[0];
        for (HostArray array : arrays) {
            if (!Arrays.equals(array.sizes(), first.sizes())) {
                throw new IllegalArgumentException("moments are of arrays of one shape, got " + array + " beside " + first);
            }
        }
        int m = arrays.length;
        int length = first.length() / first.samples();
        double[][] sums = rows(first.samples(), length, m + m * (m + 1) / 2, (from, count, scratch, out, at) -> {
            double[][] x = scratch.doubles(m);
            for (int k = 0; k < m; k++) {
                arrays[k].memory().read(from, x[k], 0, count);
                Arrays.fill(x[k], count, Scratch.SIZE, 0);
                out[at + k] = sum(x[k]);
            }
            for (int k = 0, place = at + m; k < m; k++) {
                for (int l = 0; l <= k; l++) {
                    out[place++] = product(x[k], x[l]);
                }
            }
        });
        Reference.reachabilityFence(arrays);
        Moments[] moments = new Moments[sums.length];
        for (int row = 0; row < sums.length; row++) {
            moments[row] = new Moments(sums[row], m, length);
        }
        return moments;
    }

    /** Sums of one block, written from a place on. */
    interface BlockSums {
        void add(int from, int count, Scratch scratch, double[] out, int at);
    }

    /** Sums over each row: those of its blocks, which any thread may make, added in their order. */
    static double[][] rows(int rows, int length, int width, BlockSums block) {
        int blocks = (length + Scratch.SIZE - 1) / Scratch.SIZE;
        double[] parts = new double[rows * blocks * width];
        Parallel.run(rows, length, (long) rows * length * width,
                (row, start, count, scratch) -> block.add(row * length + start, count, scratch, parts, (row * blocks + start / Scratch.SIZE) * width));
        double[][] sums = new double[rows][width];
        for (int place = 0; place < parts.length; place++) {
            sums[place / (blocks * width)][place % width] += parts[place];
        }
        return sums;
    }

    /** Four sums at once, which the processor overlaps. */
    private static double sum(double[] x) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = 0; i < Scratch.SIZE; i += 4) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
        }
        return a + b + (c + d);
    }

    private static double product(double[] x, double[] y) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = 0; i < Scratch.SIZE; i += 4) {
            a += x[i] * y[i];
            b += x[i + 1] * y[i + 1];
            c += x[i + 2] * y[i + 2];
            d += x[i + 3] * y[i + 3];
        }
        return a + b + (c + d);
    }

    /**
     * The number of values of the row.
     *
     * @return the number
     */
    public int values() {
        return values;
    }

    /**
     * The sum of an array over the row.
     *
     * @param array the array, from 0
     * @return the sum
     */
    public double sum(int array) {
        return sums[array];
    }

    /**
     * The inner product of two arrays over the row.
     *
     * @param one an array, from 0
     * @param other an array, perhaps the same
     * @return the sum of the products
     */
    public double product(int one, int other) {
        int larger = Math.max(one, other);
        return sums[arrays + larger * (larger + 1) / 2 + Math.min(one, other)];
    }

    /**
     * The Euclidean norm of an array over the row.
     *
     * @param array the array, from 0
     * @return the norm
     */
    public double norm(int array) {
        return Math.sqrt(product(array, array));
    }
}
