package io.github.diffusion4j.core.kernel;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which positions of an array belong together: all that agree in the indices of some axes are one row, with weights, noise and statistics of its own. A sample of a batch is a row of axis 0,
 * a frame of a video {@code [B, C, T, H, W]} a row of axes 0 and 2, a token of {@code [B, L, C]} a row of axes 0 and 1. Rows are numbered in C order of their axes.
 *
 * @param axes the axes, ascending, counted from 0
 */
public record Rows(List<Integer> axes) implements Serializable {

    /** Rows are the samples of the first axis. */
    public static final Rows SAMPLES = new Rows(List.of(0));

    /**
     * Checks the axes.
     *
     * @throws IllegalArgumentException if there is none, or they do not ascend from 0
     */
    public Rows {
        axes = List.copyOf(axes);
        for (int k = 0; k < axes.size(); k++) {
            if (axes.get(k) < 0 || k > 0 && axes.get(k) <= axes.get(k - 1)) {
                throw new IllegalArgumentException("the axes of rows count from 0 and ascend, got " + axes);
            }
        }
        if (axes.isEmpty()) {
            throw new IllegalArgumentException("rows need an axis; a sample of a batch is a row of axis 0");
        }
    }

    /**
     * Rows of some axes.
     *
     * @param axes the axes, ascending, counted from 0
     * @return the rows
     */
    public static Rows of(int... axes) {
        return new Rows(IntStream.of(axes).boxed().toList());
    }

    /**
     * How many rows an array has.
     *
     * @param shape the shape of the array; one without axes is a single row
     * @return the number
     * @throws IllegalArgumentException if the array lacks one of the axes
     */
    public int count(long... shape) {
        if (shape.length == 0) {
            return 1;
        }
        checkAxes(shape);
        long count = 1;
        for (int k = 0; k < axes.size(); k++) {
            count *= shape[axes.get(k)];
        }
        return Math.toIntExact(count);
    }

    /**
     * The shape of one value for each row that repeats over an array: the array's sizes at the axes of the rows and 1 elsewhere.
     *
     * @param shape the shape of the array
     * @return the shape, of the same rank
     */
    public long[] column(long... shape) {
        checkAxes(shape);
        long[] column = new long[shape.length];
        for (int axis = 0; axis < shape.length; axis++) {
            column[axis] = axes.contains(axis) ? shape[axis] : 1;
        }
        return column;
    }

    private void checkAxes(long... shape) {
        int last = axes.get(axes.size() - 1);
        if (last >= shape.length) {
            throw new IllegalArgumentException("rows of axes " + axes + " need an array of at least " + (last + 1) + " axes, got shape " + java.util.Arrays.toString(shape));
        }
    }

    /** Whether the rows lie one after another. */
    boolean lead() {
        return axes.get(axes.size() - 1) == axes.size() - 1;
    }

    /** The axes of an array in the order in which its rows lie one after another. */
    int[] order(int rank) {
        return IntStream.concat(axes.stream().mapToInt(Integer::intValue), IntStream.range(0, rank).filter(axis -> !axes.contains(axis))).toArray();
    }
}
