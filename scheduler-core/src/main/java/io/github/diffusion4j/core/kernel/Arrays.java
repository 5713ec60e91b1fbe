package io.github.diffusion4j.core.kernel;

import java.lang.ref.Reference;
import java.util.function.Consumer;

/**
 * What the engine asks of a library of arrays. Libraries whose values lie in memory that Java reaches give that memory, and all is computed there; others have one operation, the linear
 * combination, and copies to and from the host. Implementations are immutable and serve any number of threads.
 *
 * @param <A> the array of the library
 */
public interface Arrays<A> {

    /**
     * What an array holds.
     *
     * @param array the array
     * @return its type
     * @throws IllegalArgumentException if the library has no such arrays, or its type is none that is computed
     */
    ElementType type(A array);

    /**
     * The sizes of the axes.
     *
     * @param array the array
     * @return the sizes, not to be changed
     */
    long[] shape(A array);

    /**
     * Whether the values of an array are gone.
     *
     * @param array the array
     * @return true if it was closed
     */
    boolean isClosed(A array);

    /**
     * Makes an array with any values.
     *
     * @param type the type
     * @param shape the shape
     * @return the array in C order, owned by the caller
     */
    A make(ElementType type, long... shape);

    /**
     * Frees an array that nobody reads any more.
     *
     * @param array the array; one that is closed already stays so
     */
    void close(A array);

    /**
     * Part of an axis.
     *
     * @param array the array
     * @param axis the axis, from 0
     * @param from the first index
     * @param to the index after the last
     * @return a view, or a copy in a library that has no views
     */
    A part(A array, int axis, long from, long to);

    /**
     * Lets go of a part that nobody reads any more. The array that it is a part of stays as it is, so that libraries whose views are freed by the garbage collector have nothing to do.
     *
     * @param part what {@link #part} returned
     */
    default void release(A part) {
        // the garbage collector frees it
    }

    /**
     * The memory of an array.
     *
     * @param array the array
     * @return its values in C order of its shape, shared, or null where Java cannot reach them
     * @throws IllegalArgumentException if the array is closed or has no values
     */
    HostArray memory(A array);

    /**
     * What stays the same as long as {@link #memory} does, so that it is asked for once.
     *
     * @param array the array
     * @return an object that is compared by identity
     */
    default Object backing(A array) {
        return array;
    }

    /**
     * Copies values to the host, where {@link #memory} is null.
     *
     * @param from the array
     * @param to where its values go, of its type and shape
     */
    default void fetch(A from, HostArray to) {
        throw new UnsupportedOperationException("the memory of these arrays is read where it lies");
    }

    /**
     * Copies values from the host, where {@link #memory} is null.
     *
     * @param from the values
     * @param to the array, of their type and shape
     */
    default void store(HostArray from, A to) {
        throw new UnsupportedOperationException("the memory of these arrays is written where it lies");
    }

    /**
     * A linear combination by the library's own operations, where {@link #memory} is null: {@code clamp(sum of w_k x_k, limit)}. Temporaries are freed before it returns.
     *
     * @param combination what is to be computed
     * @param shape the shape of the result
     * @return the result, a new array of the type that the combination names
     */
    default A combine(Weighted<A> combination, long... shape) {
        throw new UnsupportedOperationException("these arrays are combined where they lie");
    }

    /**
     * Acts on the values of an array on the host: on its memory, or on a copy.
     *
     * @param array the array
     * @param changed whether what the action writes is to be in the array afterwards
     * @param action what is done
     */
    default void onHost(A array, boolean changed, Consumer<HostArray> action) {
        HostArray memory = memory(array);
        if (memory != null) {
            action.accept(memory);
            Reference.reachabilityFence(memory);
            return;
        }
        HostArray copy = HostArrays.HEAP.make(type(array), shape(array));
        fetch(array, copy);
        action.accept(copy);
        if (changed) {
            store(copy, array);
        }
    }

    /**
     * Writes the values of one array into another, rounded to its type.
     *
     * @param from an array
     * @param to an array of the same shape
     */
    default void assign(A from, A to) {
        onHost(from, false, source -> onHost(to, true, target -> target.assign(source)));
    }

    /**
     * A copy.
     *
     * @param array the array
     * @return a new array in C order, owned by the caller
     */
    default A copy(A array) {
        A copy = make(type(array), shape(array));
        assign(array, copy);
        return copy;
    }

    /**
     * A vector of given values, rounded to the type.
     *
     * @param type the type
     * @param values the values
     * @return the vector, owned by the caller
     */
    default A vector(ElementType type, double... values) {
        A vector = make(type, values.length);
        onHost(vector, true, host -> host.fill(values));
        return vector;
    }

    /**
     * The values of an array in C order.
     *
     * @param array the array
     * @return a copy
     */
    default double[] values(A array) {
        double[][] values = new double[1][];
        onHost(array, false, host -> values[0] = host.values());
        return values[0];
    }
}
