package io.github.diffusion4j.core.kernel;

import java.util.Arrays;
import java.util.List;

/**
 * One summand of a linear combination: an array and its weight, or one weight for each row.
 *
 * @param <A> the array of a library
 * @param array the array
 * @param weights one weight, or as many as the array has rows; not to be changed
 */
public record Term<A>(A array, double... weights) {

    /**
     * Checks the weights.
     *
     * @throws IllegalArgumentException if there is none or one is not finite
     */
    public Term {
        if (weights.length == 0 || !Arrays.stream(weights).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("a term needs finite weights, got " + Arrays.toString(weights));
        }
    }

    /** The weights of some terms by row: one list where no term tells rows apart. */
    static <A> double[][] weights(List<Term<A>> terms, int rows) {
        int different = 1;
        for (Term<A> term : terms) {
            if (term.weights().length != 1 && term.weights().length != rows) {
                throw new IllegalArgumentException("a term takes one weight or one for each of the " + rows + " rows, got " + term.weights().length);
            }
            different = Math.max(different, term.weights().length);
        }
        double[][] weights = new double[different][terms.size()];
        for (int k = 0; k < terms.size(); k++) {
            double[] own = terms.get(k).weights();
            for (int row = 0; row < different; row++) {
                weights[row][k] = own[own.length == 1 ? 0 : row];
            }
        }
        return weights;
    }
}
