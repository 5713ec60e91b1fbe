package io.github.diffusion4j.core.kernel;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The host memory of a dense array: C order, no gaps. Blocks of values are copied between it and the heap, where the JIT compiler vectorises loops. */
abstract sealed class Memory permits Memory.Floats, Memory.Doubles, Memory.Halves {

    abstract void read(int from, float[] block, int count);

    abstract void read(int from, double[] block, int count);

    abstract void write(int from, float[] block, int count);

    abstract void write(int from, double[] block, int count);

    /** The memory of an array that {@link #supports} accepts. */
    static Memory of(INDArray array) {
        return switch (array.dataType()) {
            case FLOAT -> new Floats(array.data().asNioFloat());
            case DOUBLE -> new Doubles(array.data().asNioDouble());
            default -> new Halves(array.data().asNio().asShortBuffer(), array.dataType() == DataType.BFLOAT16);
        };
    }

    /** Whether the values lie one after another in C order; {@code ordering()} alone does not tell for views. */
    static boolean supports(INDArray array) {
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

    /** Whether a Java buffer can span so many values. */
    static boolean fits(INDArray array) {
        return array.length() * array.dataType().width() <= Integer.MAX_VALUE;
    }

    static final class Floats extends Memory {
        private final FloatBuffer buffer;
        private final int base;

        Floats(FloatBuffer buffer) {
            this.buffer = buffer;
            this.base = buffer.position();
        }

        @Override
        void read(int from, float[] block, int count) {
            buffer.get(base + from, block, 0, count);
        }

        @Override
        void read(int from, double[] block, int count) {
            for (int i = 0; i < count; i++) {
                block[i] = buffer.get(base + from + i);
            }
        }

        @Override
        void write(int from, float[] block, int count) {
            buffer.put(base + from, block, 0, count);
        }

        @Override
        void write(int from, double[] block, int count) {
            for (int i = 0; i < count; i++) {
                buffer.put(base + from + i, (float) block[i]);
            }
        }
    }

    static final class Doubles extends Memory {
        private final DoubleBuffer buffer;
        private final int base;

        Doubles(DoubleBuffer buffer) {
            this.buffer = buffer;
            this.base = buffer.position();
        }

        @Override
        void read(int from, float[] block, int count) {
            for (int i = 0; i < count; i++) {
                block[i] = (float) buffer.get(base + from + i);
            }
        }

        @Override
        void read(int from, double[] block, int count) {
            buffer.get(base + from, block, 0, count);
        }

        @Override
        void write(int from, float[] block, int count) {
            for (int i = 0; i < count; i++) {
                buffer.put(base + from + i, block[i]);
            }
        }

        @Override
        void write(int from, double[] block, int count) {
            buffer.put(base + from, block, 0, count);
        }
    }

    /** HALF and BFLOAT16. A double is rounded to float first: these types are computed in float. */
    static final class Halves extends Memory {
        private final ShortBuffer buffer;
        private final int base;
        private final boolean brain;

        Halves(ShortBuffer buffer, boolean brain) {
            this.buffer = buffer;
            this.base = buffer.position();
            this.brain = brain;
        }

        private float get(int index) {
            short bits = buffer.get(base + index);
            return brain ? HalfFloats.fromBrain(bits) : HalfFloats.fromHalf(bits);
        }

        private void put(int index, float value) {
            buffer.put(base + index, brain ? HalfFloats.toBrain(value) : HalfFloats.toHalf(value));
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
}
