package io.github.diffusion4j.core.kernel;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Direct access to the memory of a dense array on the CPU: C order, no gaps, FLOAT or DOUBLE. Values pass through
 * {@code double}, so a result is rounded once, to the array's type.
 */
abstract class HostBlock {

    /** Elements that travel together; two such blocks fit the first-level cache. */
    static final int SIZE = 1024;

    abstract void read(int from, double[] block, int count);

    abstract void write(int from, double[] block, int count);

    static HostBlock of(INDArray array) {
        return array.dataType() == DataType.FLOAT
                ? new Floats(array.data().asNioFloat())
                : new Doubles(array.data().asNioDouble());
    }

    static boolean supports(INDArray array) {
        boolean type = array.dataType() == DataType.FLOAT || array.dataType() == DataType.DOUBLE;
        return type && array.length() <= Integer.MAX_VALUE && dense(array);
    }

    /** Whether elements lie one after another in C order; {@code ordering()} alone does not tell for views. */
    private static boolean dense(INDArray array) {
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

    static final class Floats extends HostBlock {
        final FloatBuffer buffer;
        final int base;

        Floats(FloatBuffer buffer) {
            this.buffer = buffer;
            this.base = buffer.position();
        }

        @Override
        void read(int from, double[] block, int count) {
            for (int i = 0; i < count; i++) {
                block[i] = buffer.get(base + from + i);
            }
        }

        @Override
        void write(int from, double[] block, int count) {
            float[] rounded = new float[Math.min(SIZE, count)];
            for (int start = 0; start < count; start += SIZE) {
                int part = Math.min(SIZE, count - start);
                for (int i = 0; i < part; i++) {
                    rounded[i] = (float) block[start + i];
                }
                buffer.put(base + from + start, rounded, 0, part);
            }
        }
    }

    static final class Doubles extends HostBlock {
        private final DoubleBuffer buffer;
        private final int base;

        Doubles(DoubleBuffer buffer) {
            this.buffer = buffer;
            this.base = buffer.position();
        }

        @Override
        void read(int from, double[] block, int count) {
            buffer.get(base + from, block, 0, count);
        }

        @Override
        void write(int from, double[] block, int count) {
            buffer.put(base + from, block, 0, count);
        }
    }
}
