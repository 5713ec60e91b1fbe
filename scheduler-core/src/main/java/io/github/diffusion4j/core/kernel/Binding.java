package io.github.diffusion4j.core.kernel;

import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A register's array, and the memory that was last found behind an array here: finding it anew makes objects, so it is kept while the same arrays come back. */
final class Binding {

    private INDArray array;
    private INDArray known;
    private DataBuffer data;
    private Memory memory;

    void set(INDArray other) {
        array = other;
    }

    INDArray array() {
        return array;
    }

    Memory memory() {
        return memory;
    }

    /** Finds the memory of the array, here or among those that the other bindings know. */
    void resolve(Binding[] others) {
        if (array == null || knows(array)) {
            return;
        }
        for (Binding other : others) {
            if (other.knows(array)) {
                if (other.array == array) {
                    share(other);
                } else {
                    swap(other);
                }
                return;
            }
        }
        known = array;
        data = array.data();
        memory = Memory.of(array);
    }

    private boolean knows(INDArray other) {
        return known == other && data == other.data();
    }

    private void share(Binding other) {
        known = other.known;
        data = other.data;
        memory = other.memory;
    }

    /** The other one, which has another array now, may want what was known here. */
    private void swap(Binding other) {
        Binding mine = new Binding();
        mine.share(this);
        share(other);
        other.share(mine);
    }
}
