package io.github.diffusion4j.core.kernel;

import java.util.List;

/**
 * A linear combination {@code clamp(sum of w_k x_k, limit)} whose weights may differ by row.
 *
 * @param <A> the array
 * @param type the type that is computed in and that the result has: FLOAT or DOUBLE
 * @param terms the arrays; one with an axis of size 1 repeats along it
 * @param weights the weights of the terms: one list, or one for each row
 * @param rows which positions share a row of weights
 * @param limit the largest absolute value of the result, infinite for any
 */
public record Weighted<A>(ElementType type, List<A> terms, double[][] weights, Rows rows, double limit) {

    /**
     * The weights of one term by row, in a shape that repeats over the arrays'.
     *
     * @param term the term, from 0
     * @return one weight, or one for each row in the order of the row axes
     */
    public double[] column(int term) {
        double[] column = new double[weights.length];
        for (int row = 0; row < column.length; row++) {
            column[row] = weights[row][term];
        }
        return column;
    }
}
