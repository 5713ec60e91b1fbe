package io.github.diffusion4j.core.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where a run takes its arrays from and gives them back to. A recycling one hands out what came back, so that the steps of
 * a long run allocate nothing; it belongs to one run and one thread. {@link #FRESH} makes every array anew and closes what
 * comes back; it has no state.
 */
public abstract sealed class Buffers implements AutoCloseable {

    /** Every array is new. */
    public static final Buffers FRESH = new Fresh();

    private Buffers() {}

    /**
     * A source that hands out again what came back.
     *
     * @return an empty source; close it at the end of the run
     */
    public static Buffers recycling() {
        return new Recycling();
    }

    /**
     * An uninitialized array, open even where someone who saw it in the run closed one that came back.
     *
     * @param type the data type
     * @param shape the shape
     * @return the array
     */
    public abstract INDArray take(DataType type, long... shape);

    /**
     * Gives back an array that nobody reads any more.
     *
     * @param array an array that came from {@link #take}
     */
    public abstract void give(INDArray array);

    /** Closes the arrays that were given back. */
    @Override
    public abstract void close();

    private static final class Fresh extends Buffers {
        @Override
        public INDArray take(DataType type, long... shape) {
            return Kernels.empty(type, shape);
        }

        @Override
        public void give(INDArray array) {
            array.close();
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    private static final class Recycling extends Buffers {

        private final List<INDArray> free = new ArrayList<>();

        @Override
        public INDArray take(DataType type, long... shape) {
            for (int i = free.size() - 1; i >= 0; i--) {
                if (free.get(i).wasClosed()) {
                    free.remove(i);
                } else if (free.get(i).dataType() == type && Arrays.equals(free.get(i).shape(), shape)) {
                    return free.remove(i);
                }
            }
            return Kernels.empty(type, shape);
        }

        @Override
        public void give(INDArray array) {
            free.add(array);
        }

        @Override
        public void close() {
            free.forEach(INDArray::close);
            free.clear();
        }
    }
}
