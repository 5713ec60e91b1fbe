package io.github.diffusion4j.core.kernel;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The memory behind the arrays that a pass meets. Finding it makes objects, so it is remembered for arrays that come back within a few runs. */
final class Memories {

    /** Runs after which an array that did not come back is forgotten. */
    private static final int KEPT = 4;

    private final List<Entry> entries = new ArrayList<>();
    private int run;

    private static final class Entry {
        private final INDArray array;
        private final DataBuffer data;
        private final Memory memory;
        private int used;

        Entry(INDArray array) {
            this.array = array;
            this.data = array.data();
            this.memory = Memory.open(array);
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

    Memory of(INDArray array) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.array == array) {
                Memory.checkOpen(array);
                if (entry.data != array.data()) {
                    break;
                }
                entry.used = run;
                return entry.memory;
            }
        }
        Entry entry = new Entry(array);
        entry.used = run;
        entries.add(entry);
        return entry.memory;
    }
}
