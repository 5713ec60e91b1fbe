package io.github.diffusion4j.core.kernel;

/** Values that repeat along some axes of a larger array, read in the order of that array. */
record Broadcast(double[] values, int[] sizes, int[] strides) {

    /**
     * Values over an array of another shape.
     *
     * @param values the values in C order
     * @param shape their shape; aligned at the last axis, each size is that of the target or 1
     * @param target the shape of the array
     * @return the view
     */
    static Broadcast of(double[] values, long[] shape, long... target) {
        int[] sizes = new int[target.length];
        int[] strides = new int[target.length];
        int stride = 1;
        for (int axis = target.length - 1; axis >= 0; axis--) {
            int own = axis - target.length + shape.length;
            long size = own < 0 ? 1 : shape[own];
            sizes[axis] = (int) target[axis];
            strides[axis] = size == 1 ? 0 : stride;
            stride *= (int) size;
        }
        return new Broadcast(values, sizes, strides);
    }

    /** Reads values for a part of the array. */
    void read(int from, double[] block, int count) {
        int done = 0;
        while (done < count) {
            int last = sizes.length - 1;
            int inner = last < 0 ? 0 : (from + done) % sizes[last];
            int run = last < 0 ? count : Math.min(count - done, sizes[last] - inner);
            int stride = last < 0 ? 0 : strides[last];
            int offset = offset(from + done);
            for (int i = 0; i < run; i++) {
                block[done + i] = values[offset + i * stride];
            }
            done += run;
        }
    }

    private int offset(int index) {
        int rest = index;
        int offset = 0;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            offset += rest % sizes[axis] * strides[axis];
            rest /= sizes[axis];
        }
        return offset;
    }
}
