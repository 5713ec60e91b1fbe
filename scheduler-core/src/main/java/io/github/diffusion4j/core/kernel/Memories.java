package io.github.diffusion4j.core.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * The memory behind the arrays that a pass meets. Finding it makes objects, so it is remembered for arrays that come back within a few runs.
 *
 * @param <A> the array of a library
 */
final class Memories<A> {

    /** Runs after which an array that did not come back is forgotten. */
    private static final int KEPT = 4;

    private final Arrays<A> arrays;
    private final Rows rows;
    private final List<Entry<A>> entries = new ArrayList<>();
    private int run;

    Memories(Arrays<A> arrays, Rows rows) {
        this.arrays = arrays;
        this.rows = rows;
    }

    private static final class Entry<A> {
        private final A array;
        private final Object backing;
        private final HostArray whole;
        private final HostArray byRows;
        private int used;

        Entry(A array, Object backing, HostArray whole, HostArray byRows) {
            this.array = array;
            this.backing = backing;
            this.whole = whole;
            this.byRows = byRows;
        }
    }

    /** Begins a run. */
    void next() {
        run++;
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (run - entries.get(i).used > KEPT) {
                entries.remove(i);
            }
        }
    }

    /** The memory of an array, by rows and spread over a shape; null where there is none. */
    HostArray of(A array, long... shape) {
        Entry<A> entry = entry(array, shape);
        return entry == null ? null : entry.byRows;
    }

    /** The memory of an array as it is; null where there is none. */
    HostArray whole(A array) {
        Entry<A> entry = entry(array, arrays.shape(array));
        return entry == null ? null : entry.whole;
    }

    private Entry<A> entry(A array, long... shape) {
        Object backing = arrays.backing(array);
        for (int i = 0; i < entries.size(); i++) {
            Entry<A> entry = entries.get(i);
            if (entry.array == array && entry.backing == backing && java.util.Arrays.equals(entry.whole.sizes(), shape)) {
                entry.used = run;
                return entry;
            }
        }
        HostArray memory = arrays.memory(array);
        if (memory == null) {
            return null;
        }
        checkShape(memory, shape);
        HostArray whole = memory.spread(shape);
        Entry<A> entry = new Entry<>(array, backing, whole, whole.byRows(rows));
        entry.used = run;
        entries.add(entry);
        return entry;
    }

    private static void checkShape(HostArray memory, long... shape) {
        if (!HostArray.spreads(memory.sizes(), shape)) {
            throw new IllegalArgumentException("arrays of shapes " + java.util.Arrays.toString(memory.sizes()) + " and " + java.util.Arrays.toString(shape) + " do not go together");
        }
    }
}
