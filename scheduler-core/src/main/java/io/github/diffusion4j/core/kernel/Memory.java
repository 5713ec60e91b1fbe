package io.github.diffusion4j.core.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.pointers.PagedPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The host memory of a dense array: C order, no gaps. Blocks of values are copied between it and the heap, where the JIT compiler vectorises loops. {@link #open} is the only door to
 * the memory of an array; a memory spans the array's own values and no other's, so that nothing beyond them can be read or written.
 */
abstract sealed class Memory permits Memory.Floats, Memory.Doubles, Memory.Halves, Memory.Parts {

    /** The most bytes of a Java buffer, but for a few, as a power of two. */
    private static final int LARGEST = 1 << 30;

    abstract void read(int from, float[] block, int count);

    abstract void read(int from, double[] block, int count);

    abstract void write(int from, float[] block, int count);

    abstract void write(int from, double[] block, int count);

    /**
     * The memory of an array that {@link #isDense} accepts.
     *
     * @throws IllegalArgumentException if the array was closed, holds no values or too many, or is not of FLOAT, DOUBLE, HALF or BFLOAT16
     */
    static Memory open(INDArray array) {
        check(array);
        return open(array, LARGEST / array.dataType().width());
    }

    /** The same in parts of at most so many values. */
    static Memory open(INDArray array, int most) {
        long first = address(array);
        int length = (int) array.length();
        if (length <= most) {
            return part(array, first, length);
        }
        Memory[] parts = new Memory[(length + most - 1) / most];
        Arrays.setAll(parts, k -> part(array, first + (long) k * most * array.dataType().width(), Math.min(most, length - k * most)));
        return new Parts(parts, most);
    }

    /**
     * The bytes of an array of any type that {@link #isDense} accepts and a Java buffer can span.
     *
     * @throws IllegalArgumentException if the array was closed or holds no values
     */
    static ByteBuffer bytes(INDArray array) {
        checkValues(array);
        return bytes(address(array), array.length() * array.dataType().width());
    }

    /** Whether one Java buffer can span the array. */
    static boolean spans(INDArray array) {
        return array.length() * array.dataType().width() <= LARGEST;
    }

    private static long address(INDArray array) {
        return array.data().pointer().address() + array.offset() * array.dataType().width();
    }

    private static ByteBuffer bytes(long address, long count) {
        return new BytePointer(new PagedPointer(address)).limit(count).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    private static Memory part(INDArray array, long address, int count) {
        ByteBuffer bytes = bytes(address, (long) count * array.dataType().width());
        return switch (array.dataType()) {
            case FLOAT -> new Floats(bytes.asFloatBuffer());
            case DOUBLE -> new Doubles(bytes.asDoubleBuffer());
            default -> new Halves(bytes.asShortBuffer(), array.dataType() == DataType.BFLOAT16);
        };
    }

    /** Refuses an array whose values cannot be reached. */
    static void check(INDArray array) {
        Kernels.computeType(array.dataType());
        checkValues(array);
        if (array.length() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("an array of shape " + Arrays.toString(array.shape()) + " holds " + array.length() + " values, more than " + Integer.MAX_VALUE
                    + "; divide the batch");
        }
    }

    /** Refuses an array that has no values, or not where it says. */
    private static void checkValues(INDArray array) {
        checkOpen(array);
        if (array.isEmpty() || array.length() == 0) {
            throw new IllegalArgumentException("an array of shape " + Arrays.toString(array.shape()) + " holds no values");
        }
        if (array.offset() + array.length() > array.data().underlyingLength()) {
            throw new IllegalArgumentException("an array of shape " + Arrays.toString(array.shape()) + " from " + array.offset() + " on reaches beyond its buffer of "
                    + array.data().underlyingLength() + " values");
        }
    }

    /** Refuses an array whose memory is gone. */
    static void checkOpen(INDArray array) {
        if (array.wasClosed()) {
            throw new IllegalArgumentException("an array of shape " + Arrays.toString(array.shape()) + " was closed; its values are gone");
        }
    }

    /** Whether the values lie one after another in C order; {@code ordering()} alone does not tell for views. */
    static boolean isDense(INDArray array) {
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

    static final class Floats extends Memory {
        private final FloatBuffer buffer;

        Floats(FloatBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        void read(int from, float[] block, int count) {
            buffer.get(from, block, 0, count);
        }

        @Override
        void read(int from, double[] block, int count) {
            for (int i = 0; i < count; i++) {
                block[i] = buffer.get(from + i);
            }
        }

        @Override
        void write(int from, float[] block, int count) {
            buffer.put(from, block, 0, count);
        }

        @Override
        void write(int from, double[] block, int count) {
            for (int i = 0; i < count; i++) {
                buffer.put(from + i, (float) block[i]);
            }
        }
    }

    static final class Doubles extends Memory {
        private final DoubleBuffer buffer;

        Doubles(DoubleBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        void read(int from, float[] block, int count) {
            for (int i = 0; i < count; i++) {
                block[i] = (float) buffer.get(from + i);
            }
        }

        @Override
        void read(int from, double[] block, int count) {
            buffer.get(from, block, 0, count);
        }

        @Override
        void write(int from, float[] block, int count) {
            for (int i = 0; i < count; i++) {
                buffer.put(from + i, block[i]);
            }
        }

        @Override
        void write(int from, double[] block, int count) {
            buffer.put(from, block, 0, count);
        }
    }

    /** HALF and BFLOAT16. A double is rounded to float first: these types are computed in float. */
    static final class Halves extends Memory {
        private final ShortBuffer buffer;
        private final boolean brain;

        Halves(ShortBuffer buffer, boolean brain) {
            this.buffer = buffer;
            this.brain = brain;
        }

        private float get(int index) {
            short bits = buffer.get(index);
            return brain ? HalfFloats.fromBrain(bits) : HalfFloats.fromHalf(bits);
        }

        private void put(int index, float value) {
            buffer.put(index, brain ? HalfFloats.toBrain(value) : HalfFloats.toHalf(value));
        }

        @Override
        void read(int from, float[] block, int count) {
            for (int i = 0; i < count; i++) {
                block[i] = get(from + i);
            }
        }

        @Override
        void read(int from, double[] block, int count) {
            for (int i = 0; i < count; i++) {
                block[i] = get(from + i);
            }
        }

        @Override
        void write(int from, float[] block, int count) {
            for (int i = 0; i < count; i++) {
                put(from + i, block[i]);
            }
        }

        @Override
        void write(int from, double[] block, int count) {
            for (int i = 0; i < count; i++) {
                put(from + i, (float) block[i]);
            }
        }
    }

    /** More values than one Java buffer spans: parts of equal length, and a rest. */
    static final class Parts extends Memory {
        private final Memory[] parts;
        private final int each;

        Parts(Memory[] parts, int each) {
            this.parts = parts;
            this.each = each;
        }

        private interface Copy {
            void act(Memory part, int from, int done, int count);
        }

        /** Acts on the pieces of a block, which may lie in two parts. */
        private void pieces(int from, int count, Copy copy) {
            for (int done = 0; done < count;) {
                int place = (from + done) % each;
                int piece = Math.min(count - done, each - place);
                copy.act(parts[(from + done) / each], place, done, piece);
                done += piece;
            }
        }

        @Override
        void read(int from, float[] block, int count) {
            pieces(from, count, (part, place, done, piece) -> {
                float[] values = done == 0 ? block : new float[piece];
                part.read(place, values, piece);
                System.arraycopy(values, 0, block, done, piece);
            });
        }

        @Override
        void read(int from, double[] block, int count) {
            pieces(from, count, (part, place, done, piece) -> {
                double[] values = done == 0 ? block : new double[piece];
                part.read(place, values, piece);
                System.arraycopy(values, 0, block, done, piece);
            });
        }

        @Override
        void write(int from, float[] block, int count) {
            pieces(from, count, (part, place, done, piece) -> part.write(place, Arrays.copyOfRange(block, done, done + piece), piece));
        }

        @Override
        void write(int from, double[] block, int count) {
            pieces(from, count, (part, place, done, piece) -> part.write(place, Arrays.copyOfRange(block, done, done + piece), piece));
        }
    }
}
