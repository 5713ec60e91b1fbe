package io.github.diffusion4j.core.kernel;

import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Makes, fills and combines arrays. Every method accepts any layout (views, Fortran order, strides) of FLOAT, DOUBLE,
 * HALF and BFLOAT16; HALF and BFLOAT16 are computed in FLOAT. Samples lie along the first axis.
 */
public final class Kernels {

    private Kernels() {}

    /** Makes the values of one sample, block by block. */
    @FunctionalInterface
    public interface Generator {

        /**
         * Writes a block of values to {@code scratch.block(0)}; the other blocks are free to use. Must not fail.
         *
         * @param sample the index along the first axis
         * @param position the flat index, within the sample, of the block's first value; a multiple of {@link Scratch#SIZE}
         * @param scratch where to write and to compute
         * @param count how many values, at most {@link Scratch#SIZE}
         */
        void generate(int sample, int position, Scratch scratch, int count);
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
        return view(array, 1, from, to);
    }

    /**
     * Writes a linear combination, {@code out = w_1 x_1 + w_2 x_2 + ...}, in one pass where the memory allows it.
     * Terms of weight 0 are not read.
     *
     * @param out the result; must not overlap a term unless it is that very array, in place
     * @param terms the summands, each of the result's shape
     * @throws IllegalArgumentException if a shape differs or a type is not supported
     */
    public static void combine(INDArray out, Term... terms) {
        int rows = 1;
        for (Term term : terms) {
            if (!Arrays.equals(out.shape(), term.array().shape())) {
                throw new IllegalArgumentException("cannot combine shape " + Arrays.toString(term.array().shape())
                        + " into shape " + Arrays.toString(out.shape()));
            }
            computeType(term.array().dataType());
            rows = Math.max(rows, term.weights().length);
        }
        Pass pass = new Pass(terms.length + 1);
        double[][] weights = new double[rows][terms.length];
        for (int k = 0; k < terms.length; k++) {
            pass.read(k, terms[k].array());
            for (int row = 0; row < rows; row++) {
                weights[row][k] = terms[k].weight(row);
            }
        }
        pass.write(terms.length, out);
        pass.assign(terms.length, Double.POSITIVE_INFINITY, weights);
        pass.run();
    }

    /**
     * A mixture of two arrays with weights of its own for each sample.
     *
     * @param out the result, of the arrays' shape
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
        Pass pass = new Pass(2 + mixtures.length);
        pass.read(0, a);
        pass.read(1, b);
        for (int k = 0; k < mixtures.length; k++) {
            Mixture mixture = mixtures[k];
            double[][] weights = new double[mixture.first().length][];
            Arrays.setAll(weights, row -> new double[] {mixture.first()[row], mixture.second()[row]});
            pass.write(2 + k, mixture.out());
            pass.assign(2 + k, Double.POSITIVE_INFINITY, weights);
        }
        pass.run();
    }

    /**
     * Copies of some samples.
     *
     * @param array samples along the first axis
     * @param indices which samples, in the order wanted
     * @return the samples, owned by the caller
     * @throws IllegalArgumentException if there is no such sample
     */
    public static INDArray rows(INDArray array, int... indices) {
        for (int index : indices) {
            if (index < 0 || index >= array.size(0)) {
                throw new IllegalArgumentException("there are samples 0 to " + (array.size(0) - 1) + ", asked for " + index);
            }
        }
        long[] shape = array.shape().clone();
        shape[0] = indices.length;
        INDArray out = empty(array.dataType(), shape);
        if (onHost() && Memory.isDense(array) && Memory.spans(array) && Memory.spans(out)) {
            Gather.rows(array, out, indices);
            return out;
        }
        for (int k = 0; k < indices.length; k++) {
            out.get(NDArrayIndex.point(k)).assign(array.get(NDArrayIndex.point(indices[k])));
        }
        return out;
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
     * The values of an array in C order.
     *
     * @param array an array of any numbers, or of truth values, which are 0 and 1
     * @return the values
     */
    public static double[] values(INDArray array) {
        if (!array.dataType().isFPType()) {
            try (INDArray numbers = array.castTo(DataType.DOUBLE)) {
                return values(numbers);
            }
        }
        double[] values = new double[(int) array.length()];
        onMemory(array, false, memory -> memory.read(0, values, values.length));
        return values;
    }

    /**
     * Fills an array with generated values, on several threads if there are many; a value depends on its sample and its place in the sample only.
     *
     * @param out the array to fill
     * @param generator makes the values, on any thread
     */
    public static void generate(INDArray out, Generator generator) {
        generate(out, samples(out), generator);
    }

    /**
     * Fills an array with generated values as if it were one sample, on several threads if there are many; a value depends on its place in C order only.
     *
     * @param out the array to fill
     * @param generator makes the values, on any thread
     */
    public static void generateWhole(INDArray out, Generator generator) {
        generate(out, 1, generator);
    }

    private static void generate(INDArray out, int samples, Generator generator) {
        onMemory(out, true, memory -> {
            int length = (int) (out.length() / samples);
            int blocks = (length + Scratch.SIZE - 1) / Scratch.SIZE;
            Parallel.run(samples * blocks, out.length() * Parallel.NOISE, (first, last) -> {
                Scratch scratch = Scratch.take();
                for (int i = first; i < last; i++) {
                    int start = i % blocks * Scratch.SIZE;
                    int count = Math.min(Scratch.SIZE, length - start);
                    generator.generate(i / blocks, start, scratch, count);
                    memory.write(i / blocks * length + start, scratch.block(0), count);
                }
                scratch.give();
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
        onMemory(out, true, memory -> memory.write(0, values, values.length));
    }

    /**
     * One sample of an array, as a view.
     *
     * @param array the array, samples first
     * @param index which sample
     * @return the view, of the same rank
     */
    public static INDArray row(INDArray array, int index) {
        return view(array, 0, index, index + 1);
    }

    /** Part of one axis; {@code INDArray.get} gives an empty array for a row of some views with gaps. */
    private static INDArray view(INDArray array, int axis, long from, long to) {
        long[] shape = array.shape().clone();
        shape[axis] = to - from;
        return Nd4j.create(array.data(), shape, array.stride(), array.offset() + from * array.stride(axis), array.ordering());
    }

    /** Acts on the memory of an array, or of a dense copy of it that is written back where the action changes it. */
    static void onMemory(INDArray array, boolean changed, Consumer<Memory> action) {
        Memory.check(array);
        if (onHost() && Memory.isDense(array)) {
            action.accept(Memory.open(array));
            Reference.reachabilityFence(array);
            return;
        }
        try (INDArray dense = copy(array)) {
            action.accept(Memory.open(dense));
            if (changed) {
                array.assign(dense);
            }
        }
    }

    static int samples(INDArray array) {
        return array.rank() == 0 ? 1 : (int) array.size(0);
    }

    static boolean onHost() {
        return Nd4j.getExecutioner().type() == OpExecutioner.ExecutionerType.NATIVE_CPU;
    }
}
