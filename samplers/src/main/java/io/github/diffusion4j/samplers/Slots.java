package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import java.util.ArrayList;
import java.util.List;

/**
 * The input array of a network that evaluates many rows: slots along one axis, twice as many whenever they do not suffice.
 *
 * @param <A> the array of the library
 */
final class Slots<A> {

    private final Arrays<A> arrays;
    private final ElementType type;
    private final int axis;
    private final long[] one;
    /** All slots, and a view of each; none at first. */
    private A all;
    private List<A> each = List.of();
    private boolean reached;
    /** The slots that were handed out last. */
    private A used;
    private int usedCount;

    Slots(Arrays<A> arrays, ElementType type, int axis, long... one) {
        this.arrays = arrays;
        this.type = type;
        this.axis = axis;
        this.one = one;
    }

    /** The shape of some slots, given that of one. */
    long[] shape(int count, long... ofOne) {
        long[] shape = ofOne.clone();
        shape[axis] = count;
        return shape;
    }

    /** The number of values of a slot. */
    long length() {
        long length = 1;
        for (long size : one) {
            length *= size;
        }
        return length;
    }

    /** Whether Java computes on the slots itself, rather than the library by its operations, which are on as many threads as it likes. */
    boolean reached() {
        return reached;
    }

    /** Makes room; what the slots held is lost if there was not enough. */
    void reserve(int count) {
        if (count > each.size()) {
            int capacity = Math.max(count, 2 * each.size());
            A larger = arrays.make(type, shape(capacity, one));
            List<A> views = parts(larger, 0, capacity);
            free();
            all = larger;
            each = views;
            reached = arrays.memory(all) != null;
        }
    }

    /** Views of successive slots. */
    List<A> of(int first, int count) {
        return each.subList(first, first + count);
    }

    /** The first slots as one array. */
    A used(int count) {
        if (used == null || usedCount != count) {
            releaseUsed();
            used = arrays.part(all, axis, 0, count);
            usedCount = count;
        }
        return used;
    }

    /** Successive slots of any array that has them, to be released. */
    List<A> parts(A array, int first, int count) {
        List<A> parts = new ArrayList<>();
        for (int slot = first; slot < first + count; slot++) {
            parts.add(arrays.part(array, axis, slot, slot + 1));
        }
        return parts;
    }

    void release(List<A> parts) {
        parts.forEach(arrays::release);
    }

    /** Whether an array lies where the slots do. */
    boolean contain(A array) {
        return array == used || all != null && arrays.backing(array) == arrays.backing(all);
    }

    private void releaseUsed() {
        if (used != null) {
            arrays.release(used);
            used = null;
        }
    }

    void free() {
        releaseUsed();
        release(each);
        each = List.of();
        if (all != null) {
            arrays.close(all);
            all = null;
        }
    }
}
