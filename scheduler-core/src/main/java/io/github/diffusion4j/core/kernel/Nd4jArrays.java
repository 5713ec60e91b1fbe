package io.github.diffusion4j.core.kernel;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.pointers.PagedPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * ND4J's arrays, in any layout: views, Fortran order, strides. On the CPU backend their memory is read and written where it lies; on others (CUDA) all goes through ND4J's operations. New
 * arrays outlive any open workspace. The only door between the library and ND4J.
 */
public enum Nd4jArrays implements io.github.diffusion4j.core.kernel.Arrays<INDArray> {

    /** The arrays of the backend that is on the class path. */
    ND4J;

    /** The most bytes of a Java buffer, but for a few, as a power of two. */
    private static final int LARGEST = 1 << 30;

    /**
     * What an array of one of ND4J's types holds.
     *
     * @param type ND4J's type
     * @return the type
     * @throws IllegalArgumentException if it is none that is computed, nor INT64
     */
    public static ElementType elementType(DataType type) {
        return switch (type) {
            case FLOAT -> ElementType.FLOAT;
            case DOUBLE -> ElementType.DOUBLE;
            case HALF -> ElementType.HALF;
            case BFLOAT16 -> ElementType.BFLOAT16;
            case LONG -> ElementType.INT64;
            default -> throw ElementType.unsupported(type);
        };
    }

    /**
     * ND4J's name of a type.
     *
     * @param type the type
     * @return ND4J's type
     */
    public static DataType dataType(ElementType type) {
        return switch (type) {
            case FLOAT -> DataType.FLOAT;
            case DOUBLE -> DataType.DOUBLE;
            case HALF -> DataType.FLOAT16;
            case BFLOAT16 -> DataType.BFLOAT16;
            case INT64 -> DataType.INT64;
        };
    }

    @Override
    public ElementType type(INDArray array) {
        return elementType(array.dataType());
    }

    @Override
    public long[] shape(INDArray array) {
        return array.shape();
    }

    @Override
    public boolean isClosed(INDArray array) {
        return array.wasClosed();
    }

    @Override
    public INDArray make(ElementType type, long... shape) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return Nd4j.createUninitialized(dataType(type), shape, 'c');
        }
    }

    @Override
    public void close(INDArray array) {
        array.close();
    }

    /** {@code INDArray.get} gives an empty array for a row of some views with gaps. */
    @Override
    public INDArray part(INDArray array, int axis, long from, long to) {
        long[] shape = array.shape().clone();
        shape[axis] = to - from;
        return Nd4j.create(array.data(), shape, array.stride(), array.offset() + from * array.stride(axis), array.ordering());
    }

    @Override
    public HostArray memory(INDArray array) {
        check(array);
        return onHost() ? open(array, LARGEST / array.dataType().width()) : null;
    }

    @Override
    public Object backing(INDArray array) {
        if (array.wasClosed()) {
            throw closed(array);
        }
        return array.data();
    }

    @Override
    public double[] values(INDArray array) {
        if (array.dataType() == DataType.INT64 || array.dataType().isFPType()) {
            return io.github.diffusion4j.core.kernel.Arrays.super.values(array);
        }
        try (INDArray numbers = array.castTo(DataType.DOUBLE)) {
            return values(numbers);
        }
    }

    /**
     * Copies of some samples of an array of any type.
     *
     * @param array samples along the first axis
     * @param indices which samples, in the order wanted
     * @return the samples, owned by the caller
     * @throws IllegalArgumentException if there is no such sample
     */
    public INDArray samples(INDArray array, int... indices) {
        for (int index : indices) {
            if (index < 0 || index >= array.size(0)) {
                throw new IllegalArgumentException("there are samples 0 to " + (array.size(0) - 1) + ", asked for " + index);
            }
        }
        long[] shape = array.shape().clone();
        shape[0] = indices.length;
        INDArray out;
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            out = Nd4j.createUninitialized(array.dataType(), shape, 'c');
        }
        if (onHost() && isDense(array) && spans(array) && spans(out)) {
            copySamples(array, out, indices);
            return out;
        }
        for (int k = 0; k < indices.length; k++) {
            out.get(NDArrayIndex.point(k)).assign(array.get(NDArrayIndex.point(indices[k])));
        }
        return out;
    }

    /** Bytes as they are, in one pass over memory: two views for each sample cost more than the sample. */
    private static void copySamples(INDArray from, INDArray to, int... indices) {
        checkValues(from);
        ByteBuffer source = bytes(address(from), from.length() * from.dataType().width());
        ByteBuffer target = bytes(address(to), to.length() * to.dataType().width());
        int length = (int) (from.length() / from.size(0)) * from.dataType().width();
        for (int k = 0; k < indices.length; k++) {
            target.duplicate().position(k * length).put(source.duplicate().position(indices[k] * length).limit((indices[k] + 1) * length));
        }
        Reference.reachabilityFence(from);
    }

    /** The memory of an array, in parts of at most so many values. */
    static HostArray open(INDArray array, int most) {
        int reach = reach(array);
        Memory memory = memory(array, address(array), reach, most);
        return HostArray.over(elementType(array.dataType()), Strided.of(memory, reach, 0, array.shape(), array.stride()), array, array.shape());
    }

    /** How far the values of an array lie apart. */
    private static int reach(INDArray array) {
        long reach = 1;
        for (int axis = 0; axis < array.rank(); axis++) {
            reach += (array.size(axis) - 1) * array.stride(axis);
        }
        if (reach > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a view of shape " + Arrays.toString(array.shape()) + " reaches over " + reach + " values, more than " + Integer.MAX_VALUE
                    + "; hand in a copy, array.dup()");
        }
        return (int) reach;
    }

    private static Memory memory(INDArray array, long first, int length, int most) {
        if (length <= most) {
            return memory(array, first, length);
        }
        Memory[] parts = new Memory[(length + most - 1) / most];
        Arrays.setAll(parts, k -> memory(array, first + (long) k * most * array.dataType().width(), Math.min(most, length - k * most)));
        return new Memory.Parts(parts, most);
    }

    private static Memory memory(INDArray array, long address, int count) {
        ByteBuffer bytes = bytes(address, (long) count * array.dataType().width());
        return switch (array.dataType()) {
            case FLOAT -> new Memory.Floats(bytes.asFloatBuffer());
            case DOUBLE -> new Memory.Doubles(bytes.asDoubleBuffer());
            case LONG -> new Memory.Longs(bytes.asLongBuffer());
            default -> new Memory.Halves(bytes.asShortBuffer(), array.dataType() == DataType.BFLOAT16);
        };
    }

    /** Whether one Java buffer can span the array. */
    private static boolean spans(INDArray array) {
        return array.length() * array.dataType().width() <= LARGEST;
    }

    private static long address(INDArray array) {
        return array.data().pointer().address() + array.offset() * array.dataType().width();
    }

    private static ByteBuffer bytes(long address, long count) {
        return new BytePointer(new PagedPointer(address)).limit(count).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** Refuses an array whose values cannot be reached. */
    private static void check(INDArray array) {
        elementType(array.dataType());
        checkValues(array);
        if (array.length() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("an array of shape " + Arrays.toString(array.shape()) + " holds " + array.length() + " values, more than " + Integer.MAX_VALUE
                    + "; divide the batch");
        }
    }

    /** Refuses an array that has no values, or not where it says. */
    private static void checkValues(INDArray array) {
        if (array.wasClosed()) {
            throw closed(array);
        }
        if (array.isEmpty() || array.length() == 0) {
            throw new IllegalArgumentException("an array of shape " + Arrays.toString(array.shape()) + " holds no values");
        }
        if (array.offset() + reach(array) > array.data().underlyingLength()) {
            throw new IllegalArgumentException("an array of shape " + Arrays.toString(array.shape()) + " from " + array.offset() + " on reaches beyond its buffer of "
                    + array.data().underlyingLength() + " values");
        }
    }

    private static IllegalArgumentException closed(INDArray array) {
        return new IllegalArgumentException("an array of shape " + Arrays.toString(array.shape()) + " was closed; its values are gone");
    }

    /** Whether the values lie one after another in C order; {@code ordering()} alone does not tell for views. */
    private static boolean isDense(INDArray array) {
        long expected = 1;
        for (int axis = array.rank() - 1; axis >= 0; axis--) {
            if (array.size(axis) != 1) {
                if (array.stride(axis) != expected) {
                    return false;
                }
                expected *= array.size(axis);
            }
        }
        return true;
    }

    private static boolean onHost() {
        return Nd4j.getExecutioner().type() == OpExecutioner.ExecutionerType.NATIVE_CPU;
    }

    @Override
    public void fetch(INDArray from, HostArray to) {
        check(from);
        try (INDArray dense = from.dup('c'); INDArray doubles = dense.castTo(DataType.DOUBLE)) {
            to.fill(doubles.data().asDouble());
        }
    }

    @Override
    public void store(HostArray from, INDArray to) {
        check(to);
        try (INDArray doubles = Nd4j.createFromArray(from.values())) {
            to.assign(doubles.reshape('c', from.shape()));
        }
    }

    @Override
    public void assign(INDArray from, INDArray to) {
        if (onHost()) {
            io.github.diffusion4j.core.kernel.Arrays.super.assign(from, to);
        } else {
            to.assign(from);
        }
    }

    /** One rounding for each operation. */
    @Override
    public INDArray combine(Weighted<INDArray> combination, long... shape) {
        INDArray sum = make(combination.type(), shape).assign(0);
        List<INDArray> temporaries = new ArrayList<>();
        try {
            for (int k = 0; k < combination.terms().size(); k++) {
                double[] weights = combination.column(k);
                if (Arrays.stream(weights).anyMatch(w -> w != 0)) {
                    check(combination.terms().get(k));
                    add(sum, combination.terms().get(k), weights, combination.rows(), temporaries);
                }
            }
        } finally {
            temporaries.forEach(INDArray::close);
        }
        if (combination.limit() != Double.POSITIVE_INFINITY) {
            Transforms.min(Transforms.max(sum, -combination.limit(), false), combination.limit(), false);
        }
        return sum;
    }

    private void add(INDArray sum, INDArray term, double[] weights, Rows rows, List<INDArray> temporaries) {
        INDArray product = make(type(sum), sum.shape()).assign(0);
        temporaries.add(product);
        INDArray cast = term.castTo(sum.dataType());
        if (cast != term) {
            temporaries.add(cast);
        }
        product.addi(cast.reshape('c', fullRank(term.shape(), sum.rank())));
        if (weights.length > 1) {
            INDArray factors = vector(type(sum), weights);
            temporaries.add(factors);
            product.muli(factors.reshape('c', rows.column(sum.shape())));
        } else {
            product.muli(weights[0]);
        }
        sum.addi(product);
    }

    /** A shape with axes of size 1 in front; an operation whose arrays differ in rank or size reads beyond the smaller one. */
    private static long[] fullRank(long[] shape, int rank) {
        long[] full = new long[rank];
        Arrays.fill(full, 1);
        System.arraycopy(shape, 0, full, rank - shape.length, shape.length);
        return full;
    }
}
