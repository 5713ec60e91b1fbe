package io.github.diffusion4j.core.kernel;

import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

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
        HostArray first = first(arrays);
        int m = arrays.length;
        return rows(first, m, (from, count, scratch, out, at) -> {
            double[][] x = loaded(arrays, from, count, scratch, 1);
            for (int k = 0; k < m; k++) {
                out[at + k] = BlockMoments.sum(x[k], x[m]);
            }
            for (int k = 0, place = at + m; k < m; k++) {
                for (int l = 0; l <= k; l++) {
                    out[place++] = BlockMoments.product(x[k], x[l], x[m]);
                }
            }
        });
    }

    /**
     * The moments of linear combinations of arrays, which are formed block by block and never stored. Where no array is DOUBLE they are formed in floats, as the sums of a pass are, and a block's
     * products are added in floats, pairwise.
     *
     * @param arrays arrays of one shape, rows along the first axis, see {@link HostArray#byRows}
     * @param combinations for each combination the weights of the arrays
     * @return one entry for each row, of the combinations
     * @throws IllegalArgumentException if the shapes differ
     */
    public static Moments[] combined(HostArray[] arrays, double[]... combinations) {
        boolean wide = Arrays.stream(arrays).anyMatch(array -> array.type().computed() == ElementType.DOUBLE);
        return rows(first(arrays), combinations.length, wide ? BlockMoments.inDoubles(arrays, combinations) : BlockMoments.inFloats(arrays, combinations));
    }

    private static Moments[] rows(HostArray like, int m, BlockSums block) {
        int length = like.length() / like.samples();
        double[][] sums = rows(like.samples(), length, width(m), block);
        Reference.reachabilityFence(block);
        Moments[] moments = new Moments[sums.length];
        for (int row = 0; row < sums.length; row++) {
            moments[row] = new Moments(sums[row], m, length);
        }
        return moments;
    }

    /**
     * Mean absolute values of linear combinations of the arrays over each row, {@code mean |sum of w_k x_k|}.
     *
     * @param arrays arrays of one shape, rows along the first axis, see {@link HostArray#byRows}
     * @param weights for each row its combinations, each of as many weights as there are arrays
     * @return for each row the mean of each combination
     * @throws IllegalArgumentException if the shapes differ
     */
    public static double[][] absolute(HostArray[] arrays, double[][]... weights) {
        HostArray first = first(arrays);
        int length = first.length() / first.samples();
        int combinations = weights[0].length;
        double[][] sums = rows(first.samples(), length, combinations, (from, count, scratch, out, at) -> {
            double[][] x = loaded(arrays, from, count, scratch, 2);
            double[] mixed = x[arrays.length];
            for (int c = 0; c < combinations; c++) {
                mix(weights[from / length][c], x, mixed);
                out[at + c] = BlockMoments.sum(mixed, x[arrays.length + 1]);
            }
        });
        Reference.reachabilityFence(arrays);
        for (double[] row : sums) {
            Arrays.setAll(row, c -> row[c] / length);
        }
        return sums;
    }

    /**
     * The sum over each row of a function of the arrays' values at a place.
     *
     * @param function what is summed, of as many values as there are arrays, in their order
     * @param arrays arrays of one shape, rows along the first axis, see {@link HostArray#byRows}
     * @return one sum for each row
     * @throws IllegalArgumentException if the shapes differ
     */
    public static double[] summed(ToDoubleFunction<double[]> function, HostArray... arrays) {
        HostArray first = first(arrays);
        double[][] sums = rows(first.samples(), first.length() / first.samples(), 1, (from, count, scratch, out, at) -> {
            double[][] x = loaded(arrays, from, count, scratch, 0);
            double[] values = new double[arrays.length];
            for (int i = 0; i < count; i++) {
                for (int k = 0; k < values.length; k++) {
                    values[k] = x[k][i];
                }
                out[at] += function.applyAsDouble(values);
            }
        });
        Reference.reachabilityFence(arrays);
        return Arrays.stream(sums).mapToDouble(row -> row[0]).toArray();
    }

    private static void mix(double[] weights, double[][] x, double[] out) {
        Arrays.fill(out, 0, Scratch.SIZE, 0);
        for (int k = 0; k < weights.length; k++) {
            if (weights[k] != 0) {
                double[] term = x[k];
                for (int i = 0; i < Scratch.SIZE; i++) {
                    out[i] += weights[k] * term[i];
                }
            }
        }
        for (int i = 0; i < Scratch.SIZE; i++) {
            out[i] = Math.abs(out[i]);
        }
    }

    private static HostArray first(HostArray... arrays) {
        if (arrays.length == 0) {
            throw new IllegalArgumentException("moments are of one array or more, got none");
        }
        for (HostArray array : arrays) {
            if (!Arrays.equals(array.sizes(), arrays[0].sizes())) {
                throw new IllegalArgumentException("moments are of arrays of one shape, got " + array + " beside " + arrays[0]);
            }
        }
        return arrays[0];
    }

    /** A block of each array in doubles, zeros behind its end. */
    static double[][] loaded(HostArray[] arrays, int from, int count, Scratch scratch, int more) {
        double[][] x = scratch.doubles(arrays.length + more);
        for (int k = 0; k < arrays.length; k++) {
            arrays[k].memory().read(from, x[k], 0, count);
            Arrays.fill(x[k], count, Scratch.SIZE, 0);
        }
        return x;
    }

    private static int width(int arrays) {
        return arrays + arrays * (arrays + 1) / 2;
    }

    /**
     * The sum of a linear combination of the arrays over the row.
     *
     * @param weights the weight of each array; those that are left out are 0
     * @return the sum
     */
    public double sum(double... weights) {
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            sum += weights[k] == 0 ? 0 : weights[k] * sums[k];
        }
        return sum;
    }

    /**
     * The inner product of two linear combinations of the arrays over the row.
     *
     * @param one the weight of each array in the one
     * @param other the weight of each array in the other
     * @return the sum of the products
     */
    public double product(double[] one, double[] other) {
        double sum = 0;
        for (int k = 0; k < one.length; k++) {
            for (int l = 0; l < other.length; l++) {
                double weight = one[k] * other[l];
                sum += weight == 0 ? 0 : weight * product(k, l);
            }
        }
        return sum;
    }

    /**
     * The Euclidean norm of a linear combination of the arrays over the row.
     *
     * @param weights the weight of each array
     * @return the norm
     */
    public double norm(double... weights) {
        return Math.sqrt(Math.max(0, product(weights, weights)));
    }

    /**
     * The standard deviation of a linear combination of the arrays over the row, as of a sample: {@code sqrt((<y, y> - (sum y)^2 / n) / (n - 1))}.
     *
     * @param weights the weight of each array
     * @return the deviation; 0 for a row of one value
     */
    public double deviation(double... weights) {
        double sum = sum(weights);
        double square = product(weights, weights) - sum * sum / values;
        return values == 1 ? 0 : Math.sqrt(Math.max(0, square) / (values - 1));
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
