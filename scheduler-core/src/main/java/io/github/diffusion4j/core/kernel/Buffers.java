package io.github.diffusion4j.core.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a run takes its arrays from and gives them back to. A recycling one hands out what came back, so that the steps of a long run allocate nothing; it belongs to one run and one thread. A
 * fresh one makes every array anew and closes what comes back.
 *
 * @param <A> the array of the library
 */
public abstract sealed class Buffers<A> implements AutoCloseable {

    private final Arrays<A> arrays;

    private Buffers(Arrays<A> arrays) {
        this.arrays = arrays;
    }

    /**
     * A source that makes every array anew.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @return a source that holds nothing
     */
    public static <A> Buffers<A> fresh(Arrays<A> arrays) {
        return new Fresh<>(arrays);
    }

    /**
     * A source that hands out again what came back.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @return an empty source; close it at the end of the run
     */
    public static <A> Buffers<A> recycling(Arrays<A> arrays) {
        return new Recycling<>(arrays);
    }

    /**
     * The library of the arrays.
     *
     * @return the library
     */
    public Arrays<A> arrays() {
        return arrays;
    }

    /**
     * An uninitialized array, open even where someone who saw it in the run closed one that came back.
     *
     * @param type the type
     * @param shape the shape
     * @return the array
     */
    public abstract A take(ElementType type, long... shape);

    /**
     * Gives back an array that nobody reads any more.
     *
     * @param array an array that came from {@link #take}
     * @throws IllegalArgumentException if it was given back already
     */
    public abstract void give(A array);

    /** Closes the arrays that were given back. */
    @Override
    public abstract void close();

    private static final class Fresh<A> extends Buffers<A> {

        Fresh(Arrays<A> arrays) {
            super(arrays);
        }

        @Override
        public A take(ElementType type, long... shape) {
            return arrays().make(type, shape);
        }

        @Override
        public void give(A array) {
            arrays().close(array);
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    private static final class Recycling<A> extends Buffers<A> {

        private final List<A> free = new ArrayList<>();

        Recycling(Arrays<A> arrays) {
            super(arrays);
        }

        @Override
        public A take(ElementType type, long... shape) {
            for (int i = free.size() - 1; i >= 0; i--) {
                if (arrays().isClosed(free.get(i))) {
                    free.remove(i);
                } else if (arrays().type(free.get(i)) == type && java.util.Arrays.equals(arrays().shape(free.get(i)), shape)) {
                    return free.remove(i);
                }
            }
            return arrays().make(type, shape);
        }

        @Override
        public void give(A array) {
            for (int i = 0; i < free.size(); i++) {
                if (free.get(i) == array) {
                    throw new IllegalArgumentException("an array was given back twice; two that take it would write over each other");
                }
            }
            free.add(array);
        }

        @Override
        public void close() {
            free.forEach(arrays()::close);
            free.clear();
        }
    }
}
