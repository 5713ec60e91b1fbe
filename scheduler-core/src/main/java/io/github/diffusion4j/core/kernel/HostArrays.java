package io.github.diffusion4j.core.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** Arrays of Java's own memory, which need no library of arrays. Both kinds take arrays of either; they differ in where they make new ones. */
public enum HostArrays implements Arrays<HostArray> {

    /** New arrays lie on the heap, up to 2^31 - 1 values. */
    HEAP {
        @Override
        public HostArray make(ElementType type, long... shape) {
            int length = HostArray.length(shape);
            return switch (type) {
                case FLOAT -> HostArray.of(FloatBuffer.allocate(length), shape);
                case DOUBLE -> HostArray.of(DoubleBuffer.allocate(length), shape);
                case HALF, BFLOAT16 -> HostArray.of(type, ShortBuffer.allocate(length), shape);
                case INT64 -> HostArray.of(LongBuffer.allocate(length), shape);
            };
        }
    },

    /** New arrays lie in direct buffers, which native libraries read where they lie, up to 2^31 - 1 bytes. They are freed when the garbage collector finds that nobody holds them. */
    DIRECT {
        @Override
        public HostArray make(ElementType type, long... shape) {
            long bytes = (long) HostArray.length(shape) * type.width();
            if (bytes > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("a direct buffer spans at most " + Integer.MAX_VALUE + " bytes, asked for " + bytes + " (" + type + java.util.Arrays.toString(shape)
                        + "); divide the batch, or use HostArrays.HEAP");
            }
            ByteBuffer buffer = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
            return switch (type) {
                case FLOAT -> HostArray.of(buffer.asFloatBuffer(), shape);
                case DOUBLE -> HostArray.of(buffer.asDoubleBuffer(), shape);
                case HALF, BFLOAT16 -> HostArray.of(type, buffer.asShortBuffer(), shape);
                case INT64 -> HostArray.of(buffer.asLongBuffer(), shape);
            };
        }
    };

    @Override
    public ElementType type(HostArray array) {
        return array.type();
    }

    @Override
    public long[] shape(HostArray array) {
        return array.sizes();
    }

    /** Never: the garbage collector frees them. */
    @Override
    public boolean isClosed(HostArray array) {
        return false;
    }

    @Override
    public void close(HostArray array) {
        // the garbage collector frees it
    }

    @Override
    public HostArray part(HostArray array, int axis, long from, long to) {
        return array.part(axis, from, to);
    }

    @Override
    public HostArray memory(HostArray array) {
        return array;
    }
}
