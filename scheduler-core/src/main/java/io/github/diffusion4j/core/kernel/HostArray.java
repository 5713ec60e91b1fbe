package io.github.diffusion4j.core.kernel;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.ref.Reference;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Values in host memory with a type and a shape: a buffer or an array of Java, of the heap or direct, that somebody else may hold as well (a tensor of ONNX Runtime, for instance). Nothing is
 * copied: what is written here is seen there.
 *
 * <pre>{@code
 *   HostArray noise = HostArray.of(floatBuffer, 1, 4, 64, 64);
 *   HostArray image = Sampling.run(plan.on(HostArrays.DIRECT), model, noise, CounterNoise.of(42), Sampling.Listener.none());
 *   FloatBuffer pixels = image.floats();
 * }</pre>
 *
 * <p>Written out, it is its values: read back, it lies on the heap.
 */
public final class HostArray implements Serializable {

    private static final long serialVersionUID = 1;

    private final ElementType type;
    private final long[] shape;
    private final transient Memory memory;
    /** What must not be freed as long as the memory is used. */
    private final transient Object keeper;

    private HostArray(ElementType type, Memory memory, Object keeper, long... shape) {
        this.type = type;
        this.shape = shape;
        this.memory = memory;
        this.keeper = keeper;
    }

    /** Memory that belongs to another array, which is kept. */
    static HostArray over(ElementType type, Memory memory, Object keeper, long... shape) {
        return new HostArray(type, memory, keeper, shape);
    }

    /**
     * FLOAT values of a buffer.
     *
     * @param buffer the values from its position to its limit, in C order; shared
     * @param shape the shape
     * @return the array
     * @throws IllegalArgumentException if there are not as many values as the shape asks for
     */
    public static HostArray of(FloatBuffer buffer, long... shape) {
        checkLength(buffer.remaining(), shape);
        return new HostArray(ElementType.FLOAT, new Memory.Floats(buffer.slice()), buffer, shape.clone());
    }

    /**
     * FLOAT values of an array.
     *
     * @param values the values in C order; shared
     * @param shape the shape
     * @return the array
     * @throws IllegalArgumentException if there are not as many values as the shape asks for
     */
    public static HostArray of(float[] values, long... shape) {
        return of(FloatBuffer.wrap(values), shape);
    }

    /**
     * DOUBLE values of a buffer.
     *
     * @param buffer the values from its position to its limit, in C order; shared
     * @param shape the shape
     * @return the array
     * @throws IllegalArgumentException if there are not as many values as the shape asks for
     */
    public static HostArray of(DoubleBuffer buffer, long... shape) {
        checkLength(buffer.remaining(), shape);
        return new HostArray(ElementType.DOUBLE, new Memory.Doubles(buffer.slice()), buffer, shape.clone());
    }

    /**
     * DOUBLE values of an array.
     *
     * @param values the values in C order; shared
     * @param shape the shape
     * @return the array
     * @throws IllegalArgumentException if there are not as many values as the shape asks for
     */
    public static HostArray of(double[] values, long... shape) {
        return of(DoubleBuffer.wrap(values), shape);
    }

    /**
     * Values of 16 bits.
     *
     * @param type HALF or BFLOAT16
     * @param bits the values from its position to its limit, in C order; shared
     * @param shape the shape
     * @return the array
     * @throws IllegalArgumentException if there are not as many values as the shape asks for, or the type is another
     */
    public static HostArray of(ElementType type, ShortBuffer bits, long... shape) {
        if (type != ElementType.HALF && type != ElementType.BFLOAT16) {
            throw new IllegalArgumentException("values of 16 bits are HALF or BFLOAT16, got " + type);
        }
        checkLength(bits.remaining(), shape);
        return new HostArray(type, new Memory.Halves(bits.slice(), type == ElementType.BFLOAT16), bits, shape.clone());
    }

    /**
     * Whole numbers of a buffer, INT64: timesteps for networks that take them so.
     *
     * @param buffer the values from its position to its limit, in C order; shared
     * @param shape the shape
     * @return the array
     * @throws IllegalArgumentException if there are not as many values as the shape asks for
     */
    public static HostArray of(LongBuffer buffer, long... shape) {
        checkLength(buffer.remaining(), shape);
        return new HostArray(ElementType.INT64, new Memory.Longs(buffer.slice()), buffer, shape.clone());
    }

    private static void checkLength(int values, long... shape) {
        long length = length(shape);
        if (length != values) {
            throw new IllegalArgumentException("an array of shape " + Arrays.toString(shape) + " holds " + length + " values, got " + values);
        }
    }

    /** The number of values of a shape, which has some and not too many. */
    static int length(long... shape) {
        long length = 1;
        for (long size : shape) {
            if (size < 1) {
                throw new IllegalArgumentException("an array of shape " + Arrays.toString(shape) + " holds no values");
            }
            if (length > Integer.MAX_VALUE / size) {
                throw new IllegalArgumentException("an array of shape " + Arrays.toString(shape) + " holds more than " + Integer.MAX_VALUE + " values; divide the batch");
            }
            length *= size;
        }
        return (int) length;
    }

    /**
     * What the array holds.
     *
     * @return the type
     */
    public ElementType type() {
        return type;
    }

    /**
     * The sizes of the axes.
     *
     * @return a copy
     */
    public long[] shape() {
        return shape.clone();
    }

    /** The sizes of the axes, not to be changed. */
    long[] sizes() {
        return shape;
    }

    /**
     * The size of an axis.
     *
     * @param axis the axis, from 0
     * @return the size
     */
    public long size(int axis) {
        return shape[axis];
    }

    /**
     * The number of axes.
     *
     * @return the number
     */
    public int rank() {
        return shape.length;
    }

    /**
     * The number of values.
     *
     * @return the number, at least 1
     */
    public int length() {
        int length = 1;
        for (long size : shape) {
            length *= (int) size;
        }
        return length;
    }

    /**
     * The number of samples.
     *
     * @return the size of the first axis, 1 for a single value
     */
    public int samples() {
        return shape.length == 0 ? 1 : (int) shape[0];
    }

    /** Where the values lie. */
    Memory memory() {
        return memory;
    }

    /**
     * The values as a buffer. It does not keep the memory of an array of another library alive: hold that array as long.
     *
     * @return the array's own memory in C order, from position 0
     * @throws IllegalStateException if the array is not of FLOAT, or does not lie in C order in one buffer
     */
    public FloatBuffer floats() {
        if (memory instanceof Memory.Floats floats) {
            return floats.buffer().duplicate();
        }
        throw noBuffer("FLOAT");
    }

    /**
     * The values as a buffer.
     *
     * @return the array's own memory in C order, from position 0
     * @throws IllegalStateException if the array is not of DOUBLE, or does not lie in C order in one buffer
     */
    public DoubleBuffer doubles() {
        if (memory instanceof Memory.Doubles doubles) {
            return doubles.buffer().duplicate();
        }
        throw noBuffer("DOUBLE");
    }

    /**
     * The bits of the values as a buffer.
     *
     * @return the array's own memory in C order, from position 0
     * @throws IllegalStateException if the array is not of HALF or BFLOAT16, or does not lie in C order in one buffer
     */
    public ShortBuffer halves() {
        if (memory instanceof Memory.Halves halves) {
            return halves.buffer().duplicate();
        }
        throw noBuffer("HALF or BFLOAT16");
    }

    /**
     * The values as a buffer.
     *
     * @return the array's own memory in C order, from position 0
     * @throws IllegalStateException if the array is not of INT64, or does not lie in C order in one buffer
     */
    public LongBuffer longs() {
        if (memory instanceof Memory.Longs longs) {
            return longs.buffer().duplicate();
        }
        throw noBuffer("INT64");
    }

    private IllegalStateException noBuffer(String wanted) {
        return new IllegalStateException(this + " is no single buffer of " + wanted + " in C order; read it with values(), or copy it with HostArrays.HEAP.copy");
    }

    /**
     * The values in C order.
     *
     * @return a copy
     */
    public double[] values() {
        double[] values = new double[length()];
        memory.read(0, values, 0, values.length);
        Reference.reachabilityFence(this);
        return values;
    }

    /**
     * Writes given values, rounded to the type; INT64 to the nearest whole number.
     *
     * @param values as many values as the array has, in C order
     * @throws IllegalArgumentException if there are more or fewer
     */
    public void fill(double... values) {
        if (values.length != length()) {
            throw new IllegalArgumentException("an array of " + length() + " values cannot be filled with " + values.length);
        }
        memory.write(0, values, 0, values.length);
        Reference.reachabilityFence(this);
    }

    /**
     * The values in C order, rounded to float.
     *
     * @return a copy
     */
    public float[] toFloats() {
        float[] values = new float[length()];
        memory.read(0, values, 0, values.length);
        Reference.reachabilityFence(this);
        return values;
    }

    /** Writes zeros. */
    public void clear() {
        assign(HostArray.of(new double[1]).spread(shape));
    }

    /**
     * Writes the values of another array, rounded to this one's type.
     *
     * @param other an array of the same shape, that does not overlap this one unless it is the same values
     * @throws IllegalArgumentException if its shape differs
     */
    public void assign(HostArray other) {
        if (!Arrays.equals(shape, other.shape)) {
            throw new IllegalArgumentException("cannot copy shape " + Arrays.toString(other.shape) + " into shape " + Arrays.toString(shape));
        }
        Scratch scratch = Scratch.take();
        double[] block = scratch.block(0);
        int length = length();
        for (int from = 0; from < length; from += Scratch.SIZE) {
            int count = Math.min(Scratch.SIZE, length - from);
            other.memory.read(from, block, 0, count);
            memory.write(from, block, 0, count);
        }
        scratch.give();
        Reference.reachabilityFence(this);
        Reference.reachabilityFence(other);
    }

    /**
     * One row of the first axis.
     *
     * @param index which one
     * @return a view of the same rank
     */
    public HostArray row(int index) {
        return part(0, index, index + 1L);
    }

    /**
     * Part of an axis.
     *
     * @param axis the axis, from 0
     * @param from the first index
     * @param to the index after the last
     * @return a view
     * @throws IllegalArgumentException if the axis has no such part
     */
    public HostArray part(int axis, long from, long to) {
        if (axis < 0 || axis >= shape.length || from < 0 || to > shape[axis] || from >= to) {
            throw new IllegalArgumentException("an array of shape " + Arrays.toString(shape) + " has no part " + from + " to " + to + " of axis " + axis);
        }
        long[] part = shape.clone();
        part[axis] = to - from;
        return view(Math.toIntExact(from * strides()[axis]), part, strides());
    }

    /**
     * Every so many indices of an axis, from the first on.
     *
     * @param axis the axis, from 0
     * @param step how far apart the indices are, at least 1
     * @return a view
     * @throws IllegalArgumentException if there is no such axis, or the step is below 1
     */
    public HostArray every(int axis, int step) {
        if (axis < 0 || axis >= shape.length || step < 1) {
            throw new IllegalArgumentException("an array of shape " + Arrays.toString(shape) + " has no axis " + axis + " in steps of " + step);
        }
        long[] sizes = shape.clone();
        long[] strides = strides();
        sizes[axis] = (sizes[axis] + step - 1) / step;
        strides[axis] *= step;
        return step == 1 ? this : view(0, sizes, strides);
    }

    /**
     * The same values for all of a larger array.
     *
     * @param wanted the larger shape; aligned at the last axis, each size of this array is that of the other or 1
     * @return a view in which axes of size 1, and those that this array lacks, repeat; to be read only
     * @throws IllegalArgumentException if the shapes do not go together
     */
    public HostArray spread(long... wanted) {
        if (Arrays.equals(shape, wanted)) {
            return this;
        }
        if (!spreads(shape, wanted)) {
            throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " does not spread over " + Arrays.toString(wanted)
                    + "; aligned at the last axis, each of its sizes must be the other's or 1");
        }
        long[] own = strides();
        long[] strides = new long[wanted.length];
        int lead = wanted.length - shape.length;
        for (int axis = 0; axis < shape.length; axis++) {
            strides[lead + axis] = shape[axis] == 1 ? 0 : own[axis];
        }
        return view(0, wanted.clone(), strides);
    }

    /** Whether an array repeats over a larger shape. */
    static boolean spreads(long[] shape, long... wanted) {
        int lead = wanted.length - shape.length;
        return lead >= 0 && IntStream.range(0, shape.length).allMatch(axis -> shape[axis] == 1 || shape[axis] == wanted[lead + axis]);
    }

    /**
     * The same values with rows of any axes as the first axis.
     *
     * @param rows which positions belong together
     * @return a view of shape [rows, values of a row], or the array itself where its rows lead already
     * @throws IllegalArgumentException if the array lacks an axis of the rows
     */
    public HostArray byRows(Rows rows) {
        if (shape.length == 0 || rows.equals(Rows.SAMPLES)) {
            return this;
        }
        int count = rows.count(shape);
        long[] merged = {count, length() / count};
        if (rows.lead()) {
            return new HostArray(type, memory, keeper, merged);
        }
        int[] order = rows.order(shape.length);
        long[] own = strides();
        long[] sizes = IntStream.of(order).mapToLong(axis -> shape[axis]).toArray();
        long[] strides = IntStream.of(order).mapToLong(axis -> own[axis]).toArray();
        return new HostArray(type, Strided.of(memory, length(), 0, sizes, strides), keeper, merged);
    }

    /** How far apart neighbours along each axis lie in C order. */
    private long[] strides() {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    private HostArray view(int first, long[] sizes, long... strides) {
        return new HostArray(type, Strided.of(memory, length(), first, sizes, strides), keeper, sizes);
    }

    /** Whether the other holds the same values in the same type and shape now. */
    @Override
    public boolean equals(Object other) {
        return other instanceof HostArray array && type == array.type && Arrays.equals(shape, array.shape) && Arrays.equals(values(), array.values());
    }

    /** Of type and shape: values may change. */
    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }

    private Object writeReplace() {
        return new Written(type, shape, values());
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("an array is written out as its values");
    }

    private record Written(ElementType type, long[] shape, double[] values) implements Serializable {
        private Object readResolve() {
            HostArray array = HostArrays.HEAP.make(type, shape);
            array.fill(values);
            return array;
        }
    }
}
