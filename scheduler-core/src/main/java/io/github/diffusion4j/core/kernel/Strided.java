package io.github.diffusion4j.core.kernel;

/**
 * Values that lie in another memory at strides of their own: views with gaps, Fortran order, axes in another order, an axis that repeats (stride 0). Runs of the last axis are copied at once.
 */
final class Strided extends Memory {

    private final Memory base;
    private final int first;
    private final int[] sizes;
    private final int[] strides;
    private final int run;
    private final int step;

    /**
     * Values in C order of their sizes.
     *
     * @param base where they lie
     * @param first the place of the first
     * @param sizes the sizes of the axes, none of them 1 but for a single axis
     * @param strides how far apart neighbours along each axis lie
     */
    Strided(Memory base, int first, int[] sizes, int... strides) {
        this.base = base;
        this.first = first;
        this.sizes = sizes;
        this.strides = strides;
        this.run = sizes[sizes.length - 1];
        this.step = strides[strides.length - 1];
    }

    /**
     * A view of a memory, or the memory itself where the view is all of it in its own order. Axes that lie one after another are joined.
     *
     * @param base where the values lie
     * @param length how many values the memory has
     * @param first the place of the first value of the view
     * @param shape the shape of the view
     * @param strides how far apart neighbours along each axis lie
     */
    static Memory of(Memory base, int length, int first, long[] shape, long... strides) {
        int[] sizes = new int[Math.max(1, shape.length)];
        int[] steps = new int[sizes.length];
        int axes = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            if (shape[axis] == 1) {
                continue;
            }
            if (axes > 0 && steps[axes - 1] == strides[axis] * shape[axis]) {
                sizes[axes - 1] *= (int) shape[axis];
                steps[axes - 1] = (int) strides[axis];
            } else {
                sizes[axes] = (int) shape[axis];
                steps[axes++] = (int) strides[axis];
            }
        }
        if (axes == 0) {
            sizes[axes] = 1;
            steps[axes++] = 1;
        }
        if (axes == 1 && steps[0] == 1) {
            return first == 0 && sizes[0] == length ? base : base.slice(first, sizes[0]);
        }
        return new Strided(base, first, java.util.Arrays.copyOf(sizes, axes), java.util.Arrays.copyOf(steps, axes));
    }

    /** The place in the base of a value. */
    private int place(int index) {
        int rest = index / run;
        int place = first + index % run * step;
        for (int axis = sizes.length - 2; axis >= 0; axis--) {
            place += rest % sizes[axis] * strides[axis];
            rest /= sizes[axis];
        }
        return place;
    }

    /** Values that repeat stand for several places and are only read. */
    private void checkOne() {
        for (int axis = 0; axis < sizes.length; axis++) {
            if (strides[axis] == 0 && sizes[axis] > 1) {
                throw new IllegalStateException("an array whose values repeat along an axis is to be read only");
            }
        }
    }

    private interface Copy {
        void act(int place, int done, int count);
    }

    /** Acts on the runs of a block. */
    private void runs(int from, int count, Copy copy) {
        for (int done = 0; done < count;) {
            int piece = Math.min(count - done, run - (from + done) % run);
            copy.act(place(from + done), done, piece);
            done += piece;
        }
    }

    @Override
    void read(int from, float[] block, int at, int count) {
        runs(from, count, (place, done, piece) -> base.read(place, step, block, at + done, piece));
    }

    @Override
    void read(int from, double[] block, int at, int count) {
        runs(from, count, (place, done, piece) -> base.read(place, step, block, at + done, piece));
    }

    @Override
    void write(int from, float[] block, int at, int count) {
        checkOne();
        runs(from, count, (place, done, piece) -> base.write(place, step, block, at + done, piece));
    }

    @Override
    void write(int from, double[] block, int at, int count) {
        checkOne();
        runs(from, count, (place, done, piece) -> base.write(place, step, block, at + done, piece));
    }

    @Override
    Memory slice(int from, int count) {
        return new Strided(this, from, new int[] {count}, 1);
    }
}
