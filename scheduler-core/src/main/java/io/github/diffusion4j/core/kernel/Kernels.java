package io.github.diffusion4j.core.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The array operations of the library. Every method accepts any layout (views, Fortran order, strides) of FLOAT, DOUBLE,
 * HALF and BFLOAT16; HALF and BFLOAT16 are computed in FLOAT. Samples lie along the first axis.
 */
public final class Kernels {

    private Kernels() {}

    /** Fills the values of one sample, block by block. */
    @FunctionalInterface
    public interface Generator {

        /**
         * Writes a block of values.
         *
         * @param sample the index along the first axis
         * @param position the flat index, within the sample, of the block's first value; a multiple of 1024
         * @param block where to write
         * @param count how many values, at most 1024
         */
        void generate(int sample, int position, double[] block, int count);
    }

    /**
     * An uninitialized array in C order that outlives any open workspace.
     *
     * @param type the data type
     * @param shape the shape
     * @return the array, owned by the caller
     */
    public static INDArray empty(DataType type, long... shape) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return Nd4j.createUninitialized(type, shape, 'c');
        }
    }

    /**
     * A vector of the given values, rounded to the type.
     *
     * @param type the data type
     * @param values the values
     * @return the vector, owned by the caller
     */
    public static INDArray vector(DataType type, double... values) {
        INDArray result = empty(type, values.length);
        fill(result, values);
        return result;
    }

    /**
     * A dense copy in C order that outlives any open workspace.
     *
     * @param array any array
     * @return the copy, owned by the caller
     */
    public static INDArray copy(INDArray array) {
        INDArray result = empty(array.dataType(), array.shape());
        result.assign(array);
        return result;
    }

    /**
     * The type in which arrays of a type are computed.
     *
     * @param type the arrays' type
     * @return FLOAT for HALF and BFLOAT16, otherwise the type itself
     * @throws IllegalArgumentException if the type is not one of FLOAT, DOUBLE, HALF and BFLOAT16
     */
    public static DataType computeType(DataType type) {
        return switch (type) {
            case FLOAT, DOUBLE -> type;
            case HALF, BFLOAT16 -> DataType.FLOAT;
            default -> throw new IllegalArgumentException("arrays of type " + type + " are not supported; use FLOAT, DOUBLE, HALF or BFLOAT16");
        };
    }

    /**
     * Part of the channels (axis 1) of an array.
     *
     * @param array an array of rank 2 or more
     * @param from the first channel
     * @param to the channel after the last
     * @return a view
     */
    public static INDArray channels(INDArray array, long from, long to) {
        INDArrayIndex[] indices = new INDArrayIndex[array.rank()];
        Arrays.fill(indices, NDArrayIndex.all());
        indices[1] = NDArrayIndex.interval(from, to);
        return array.get(indices);
    }

    /**
     * Writes a linear combination, {@code out = w_1 x_1 + w_2 x_2 + ...}, in one pass where the memory allows it.
     * Terms of weight 0 are not read.
     *
     * @param out the result; must not overlap a term unless it is that very array
     * @param terms the summands, each of the result's shape
     * @throws IllegalArgumentException if a shape differs or a type is not supported
     */
    public static void combine(INDArray out, Term... terms) {
        for (Term term : terms) {
            if (!Arrays.equals(out.shape(), term.array().shape())) {
                throw new IllegalArgumentException("cannot combine shape " + Arrays.toString(term.array().shape())
                        + " into shape " + Arrays.toString(out.shape()));
            }
            computeType(term.array().dataType());
        }
        if (onHost()) {
            onDense(out, false, target -> denseTerms(target, terms));
        } else {
            Combiner.operations(out, List.of(terms));
        }
    }

    private static void denseTerms(INDArray target, Term[] terms) {
        List<Term> dense = new ArrayList<>(terms.length);
        List<INDArray> temporaries = new ArrayList<>();
        for (Term term : terms) {
            INDArray array = term.array();
            if (!HostBlock.supports(array)) {
                array = denseCopy(array);
                temporaries.add(array);
            }
            dense.add(term.on(array));
        }
        Combiner.host(target, dense);
        temporaries.forEach(INDArray::close);
    }

    /**
     * A mixture of two arrays with weights of its own for each sample.
     *
     * @param out the result, a dense array of FLOAT or DOUBLE as {@link #empty} makes them, or any array of the same shape
     * @param first the weight of the first array, one per sample
     * @param second the weight of the second array, one per sample
     */
    public record Mixture(INDArray out, double[] first, double[] second) {}

    /**
     * Writes several mixtures of the same two arrays, {@code out = first a + second b}, reading the arrays once.
     *
     * @param a the first array, samples along its first axis
     * @param b the second array, of the same shape
     * @param mixtures the results and their weights
     */
    public static void mix(INDArray a, INDArray b, Mixture... mixtures) {
        boolean dense = onHost() && HostBlock.supports(a) && HostBlock.supports(b)
                && Arrays.stream(mixtures).allMatch(mixture -> HostBlock.supports(mixture.out()));
        if (dense) {
            Combiner.mix(HostBlock.of(a), HostBlock.of(b), (int) (a.length() / a.size(0)), mixtures);
        } else {
            for (Mixture mixture : mixtures) {
                combine(mixture.out(), Term.of(a, mixture.first()), Term.of(b, mixture.second()));
            }
        }
    }

    /**
     * Copies of some samples.
     *
     * @param array samples along the first axis
     * @param indices which samples, in the order wanted
     * @return the samples, owned by the caller
     */
    public static INDArray rows(INDArray array, int... indices) {
        long[] shape = array.shape().clone();
        shape[0] = indices.length;
        INDArray out = empty(array.dataType(), shape);
        for (int k = 0; k < indices.length; k++) {
            out.get(NDArrayIndex.point(k)).assign(array.get(NDArrayIndex.point(indices[k])));
        }
        return out;
    }

    /**
     * Clamps every value to [-limit, limit], in place.
     *
     * @param array the array to change
     * @param limit the largest absolute value
     */
    public static void clamp(INDArray array, double limit) {
        update(array, (sample, values) -> clamp(values, limit, 1));
    }

    private static void clamp(double[] values, double limit, double scale) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(-limit, Math.min(limit, values[i])) * scale;
        }
    }

    /**
     * Dynamic thresholding in place, per sample: {@code s = min(max(quantile(|x|, ratio), 1), maximum)}, then
     * {@code x = clamp(x, -s, s) / s}. The quantile interpolates linearly between order statistics.
     *
     * @param array the array to change
     * @param ratio the quantile, in [0, 1]
     * @param maximum the upper limit of s
     */
    public static void dynamicThreshold(INDArray array, double ratio, double maximum) {
        update(array, (sample, values) -> {
            double limit = Math.min(Math.max(absoluteQuantile(values, ratio), 1), maximum);
            clamp(values, limit, 1 / limit);
        });
    }

    /**
     * The Euclidean norm of each sample, averaged over the samples.
     *
     * @param array samples along the first axis
     * @return the mean norm
     */
    public static double meanNorm(INDArray array) {
        double[] values = values(array);
        int samples = samples(array);
        int length = values.length / samples;
        double sum = 0;
        for (int sample = 0; sample < samples; sample++) {
            sum += Math.sqrt(Arrays.stream(values, sample * length, (sample + 1) * length).map(v -> v * v).sum());
        }
        return sum / samples;
    }

    /**
     * Writes zeros.
     *
     * @param array the array to change
     */
    public static void clear(INDArray array) {
        array.assign(0);
    }

    /**
     * How far two estimates are apart, in units of a tolerance (Hairer, Norsett and Wanner, Solving ODEs I, equation II.4.11):
     * {@code sqrt(mean(((low - high) / max(atol, rtol max(|low|, |previous|)))^2))}.
     *
     * @param low an estimate
     * @param high a better one, of the same shape
     * @param previous the estimate before, of the same shape
     * @param atol the absolute tolerance
     * @param rtol the relative tolerance
     * @return the scaled difference; 1 where it is as large as tolerated
     */
    public static double scaledDifference(INDArray low, INDArray high, INDArray previous, double atol, double rtol) {
        double[] a = values(low);
        double[] b = values(high);
        double[] c = values(previous);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double scale = Math.max(atol, rtol * Math.max(Math.abs(a[i]), Math.abs(c[i])));
            sum += (a[i] - b[i]) / scale * ((a[i] - b[i]) / scale);
        }
        return Math.sqrt(sum / a.length);
    }

    /**
     * The values of an array in C order.
     *
     * @param array the array
     * @return the values
     */
    public static double[] values(INDArray array) {
        INDArray dense = onHost() && HostBlock.supports(array) ? array : denseCopy(array);
        double[] values = new double[(int) dense.length()];
        HostBlock.of(dense).read(0, values, values.length);
        if (dense != array) {
            dense.close();
        }
        return values;
    }

    private static double absoluteQuantile(double[] values, double ratio) {
        double[] sorted = Arrays.stream(values).map(Math::abs).sorted().toArray();
        double position = ratio * (sorted.length - 1);
        int low = (int) position;
        int high = Math.min(low + 1, sorted.length - 1);
        return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
    }

    /**
     * Applies a function of two values element by element, {@code target = f(target, argument)}, in place.
     *
     * @param target the array to change
     * @param argument an array of the same shape
     * @param function the function for each sample
     */
    public static void apply(INDArray target, INDArray argument, IntFunction<DoubleBinaryOperator> function) {
        INDArray dense = HostBlock.supports(argument) ? argument : denseCopy(argument);
        HostBlock right = HostBlock.of(dense);
        update(target, (sample, values) -> {
            double[] other = new double[values.length];
            right.read(sample * values.length, other, values.length);
            DoubleBinaryOperator f = function.apply(sample);
            for (int i = 0; i < values.length; i++) {
                values[i] = f.applyAsDouble(values[i], other[i]);
            }
        });
        if (dense != argument) {
            dense.close();
        }
    }

    /**
     * Fills an array with generated values, on several threads if there are many; a value depends on its sample and its place in the sample only.
     *
     * @param out the array to fill
     * @param generators makes a generator for a thread
     */
    public static void generate(INDArray out, Supplier<Generator> generators) {
        onDense(out, false, target -> {
            HostBlock memory = HostBlock.of(target);
            int samples = samples(target);
            int length = (int) (target.length() / samples);
            int blocks = (length + HostBlock.SIZE - 1) / HostBlock.SIZE;
            Parallel.run(samples * blocks, target.length(), (first, last) -> {
                Generator generator = generators.get();
                double[] block = new double[HostBlock.SIZE];
                for (int i = first; i < last; i++) {
                    int start = i % blocks * HostBlock.SIZE;
                    int count = Math.min(HostBlock.SIZE, length - start);
                    generator.generate(i / blocks, start, block, count);
                    memory.write(i / blocks * length + start, block, count);
                }
            });
        });
    }

    /**
     * Fills an array with given values in C order.
     *
     * @param out the array to fill
     * @param values as many values as the array has
     */
    public static void fill(INDArray out, double... values) {
        if (values.length != out.length()) {
            throw new IllegalArgumentException("an array of " + out.length() + " values cannot be filled with " + values.length);
        }
        onDense(out, false, target -> HostBlock.of(target).write(0, values, values.length));
    }

    /**
     * One sample of an array, as a view.
     *
     * @param array the array, samples first
     * @param index which sample
     * @return the view, of the same rank
     */
    public static INDArray row(INDArray array, int index) {
        INDArrayIndex[] indices = new INDArrayIndex[array.rank()];
        Arrays.fill(indices, NDArrayIndex.all());
        indices[0] = NDArrayIndex.interval(index, index + 1);
        return array.get(indices);
    }

    private interface SampleUpdate {
        void update(int sample, double[] values);
    }

    private static void update(INDArray array, SampleUpdate update) {
        onDense(array, true, target -> {
            HostBlock memory = HostBlock.of(target);
            int samples = samples(target);
            double[] values = new double[(int) (target.length() / samples)];
            for (int sample = 0; sample < samples; sample++) {
                memory.read(sample * values.length, values, values.length);
                update.update(sample, values);
                memory.write(sample * values.length, values, values.length);
            }
        });
    }

    private interface DenseAction {
        void run(INDArray dense);
    }

    /** Runs an action on the array itself, or on a dense copy that is written back. */
    private static void onDense(INDArray array, boolean read, DenseAction action) {
        if (onHost() && HostBlock.supports(array)) {
            action.run(array);
            return;
        }
        INDArray dense = read ? denseCopy(array) : empty(computeType(array.dataType()), array.shape());
        action.run(dense);
        array.assign(dense);
        dense.close();
    }

    private static INDArray denseCopy(INDArray array) {
        INDArray dense = empty(computeType(array.dataType()), array.shape());
        dense.assign(array);
        return dense;
    }

    private static int samples(INDArray array) {
        return array.rank() == 0 ? 1 : (int) array.size(0);
    }

    private static boolean onHost() {
        return Nd4j.getExecutioner().type() == OpExecutioner.ExecutionerType.NATIVE_CPU;
    }
}
