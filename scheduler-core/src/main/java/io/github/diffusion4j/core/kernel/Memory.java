package io.github.diffusion4j.core.kernel;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/**
 * Values in host memory, by their places in C order. Blocks of them are copied between it and the heap, where the JIT compiler vectorises loops. A memory spans the values of one array and
 * no other's, so that nothing beyond them can be read or written.
 */
abstract sealed class Memory permits Memory.Floats, Memory.Doubles, Memory.Halves, Memory.Longs, Memory.Parts, Strided {

    /** Copies values from places {@code from} on to those of a block from {@code at} on. */
    abstract void read(int from, float[] block, int at, int count);

    abstract void read(int from, double[] block, int at, int count);

    abstract void write(int from, float[] block, int at, int count);

    abstract void write(int from, double[] block, int at, int count);

    /** The values from a place on, as a memory of their own. */
    abstract Memory slice(int from, int count);

    /** The same of values that lie a stride apart. */
    void read(int from, int stride, float[] block, int at, int count) {
        for (int i = 0, each = each(stride, count); i < count; i += each) {
            read(from + i * stride, block, at + i, each);
        }
    }

    void read(int from, int stride, double[] block, int at, int count) {
        for (int i = 0, each = each(stride, count); i < count; i += each) {
            read(from + i * stride, block, at + i, each);
        }
    }

    void write(int from, int stride, float[] block, int at, int count) {
        for (int i = 0, each = each(stride, count); i < count; i += each) {
            write(from + i * stride, block, at + i, each);
        }
    }

    void write(int from, int stride, double[] block, int at, int count) {
        for (int i = 0, each = each(stride, count); i < count; i += each) {
            write(from + i * stride, block, at + i, each);
        }
    }

    /** How many values are copied at once. */
    private static int each(int stride, int count) {
        return stride == 1 ? count : 1;
    }

    static final class Floats extends Memory {
        private final FloatBuffer buffer;

        Floats(FloatBuffer buffer) {
            this.buffer = buffer;
        }

        FloatBuffer buffer() {
            return buffer;
        }

        @Override
        void read(int from, float[] block, int at, int count) {
            buffer.get(from, block, at, count);
        }

        @Override
        void read(int from, double[] block, int at, int count) {
            for (int i = 0; i < count; i++) {
                block[at + i] = buffer.get(from + i);
            }
        }

        @Override
        void write(int from, float[] block, int at, int count) {
            buffer.put(from, block, at, count);
        }

        @Override
        void write(int from, double[] block, int at, int count) {
            for (int i = 0; i < count; i++) {
                buffer.put(from + i, (float) block[at + i]);
            }
        }

        @Override
        Memory slice(int from, int count) {
            return new Floats(buffer.slice(from, count));
        }
    }

    static final class Doubles extends Memory {
        private final DoubleBuffer buffer;

        Doubles(DoubleBuffer buffer) {
            this.buffer = buffer;
        }

        DoubleBuffer buffer() {
            return buffer;
        }

        @Override
        void read(int from, float[] block, int at, int count) {
            for (int i = 0; i < count; i++) {
                block[at + i] = (float) buffer.get(from + i);
            }
        }

        @Override
        void read(int from, double[] block, int at, int count) {
            buffer.get(from, block, at, count);
        }

        @Override
        void write(int from, float[] block, int at, int count) {
            for (int i = 0; i < count; i++) {
                buffer.put(from + i, block[at + i]);
            }
        }

        @Override
        void write(int from, double[] block, int at, int count) {
            buffer.put(from, block, at, count);
        }

        @Override
        Memory slice(int from, int count) {
            return new Doubles(buffer.slice(from, count));
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

        ShortBuffer buffer() {
            return buffer;
        }

        private float get(int index) {
            short bits = buffer.get(index);
            return brain ? HalfFloats.fromBrain(bits) : HalfFloats.fromHalf(bits);
        }

        private void put(int index, float value) {
            buffer.put(index, brain ? HalfFloats.toBrain(value) : HalfFloats.toHalf(value));
        }

        @Override
        void read(int from, float[] block, int at, int count) {
            for (int i = 0; i < count; i++) {
                block[at + i] = get(from + i);
            }
        }

        @Override
        void read(int from, double[] block, int at, int count) {
            for (int i = 0; i < count; i++) {
                block[at + i] = get(from + i);
            }
        }

        @Override
        void write(int from, float[] block, int at, int count) {
            for (int i = 0; i < count; i++) {
                put(from + i, block[at + i]);
            }
        }

        @Override
        void write(int from, double[] block, int at, int count) {
            for (int i = 0; i < count; i++) {
                put(from + i, (float) block[at + i]);
            }
        }

        @Override
        Memory slice(int from, int count) {
            return new Halves(buffer.slice(from, count), brain);
        }
    }

    /** Whole numbers, which are carried and not computed: exact up to 2^53 as doubles. */
    static final class Longs extends Memory {
        private final LongBuffer buffer;

        Longs(LongBuffer buffer) {
            this.buffer = buffer;
        }

        LongBuffer buffer() {
            return buffer;
        }

        @Override
        void read(int from, float[] block, int at, int count) {
            throw ElementType.unsupported(ElementType.INT64);
        }

        @Override
        void read(int from, double[] block, int at, int count) {
            for (int i = 0; i < count; i++) {
                block[at + i] = buffer.get(from + i);
            }
        }

        @Override
        void write(int from, float[] block, int at, int count) {
            throw ElementType.unsupported(ElementType.INT64);
        }

        @Override
        void write(int from, double[] block, int at, int count) {
            for (int i = 0; i < count; i++) {
                buffer.put(from + i, (long) Math.rint(block[at + i]));
            }
        }

        @Override
        Memory slice(int from, int count) {
            return new Longs(buffer.slice(from, count));
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
        void read(int from, float[] block, int at, int count) {
            pieces(from, count, (part, place, done, piece) -> part.read(place, block, at + done, piece));
        }

        @Override
        void read(int from, double[] block, int at, int count) {
            pieces(from, count, (part, place, done, piece) -> part.read(place, block, at + done, piece));
        }

        @Override
        void write(int from, float[] block, int at, int count) {
            pieces(from, count, (part, place, done, piece) -> part.write(place, block, at + done, piece));
        }

        @Override
        void write(int from, double[] block, int at, int count) {
            pieces(from, count, (part, place, done, piece) -> part.write(place, block, at + done, piece));
        }

        @Override
        Memory slice(int from, int count) {
            return new Strided(this, from, new int[] {count}, 1);
        }
    }
}
