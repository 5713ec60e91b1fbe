package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.ArrayPass;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Moments;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import java.util.List;

/**
 * A loss of a network's output u as a weighted squared error with a computed target,
 * <pre>
 *   L = weight * mean over elements of (u - target)^2,      dL/du = 2 weight (u - target) / d
 * </pre>
 * which has the gradient of the loss it stands for where u is the output it was made for. Weights may be negative. The target is a constant: no gradient goes through it, so that one graph with
 * target and weight as labels trains every method.
 *
 * @param <A> the array of a library
 * @param arrays the library
 * @param rows what has a weight of its own
 * @param target the target, of the output's shape; owned by the caller
 * @param weights the weight of each row
 */
public record Regression<A>(Arrays<A> arrays, Rows rows, A target, double... weights) implements AutoCloseable {

    /**
     * Checks the weights.
     *
     * @throws IllegalArgumentException if there is not one for each row, or one is not finite
     */
    public Regression {
        RowNumbers.check("weights", rows.count(arrays.shape(target)), weights);
    }

    /**
     * A loss whose target is a linear combination of arrays.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param rows what has a weight of its own
     * @param target the summands of the target, of one shape and of the first one's type
     * @param weights the weight of each row
     * @return the loss, with a new array as target
     */
    public static <A> Regression<A> towards(Arrays<A> arrays, Rows rows, List<Term<A>> target, double... weights) {
        A like = target.get(0).array();
        A sum = arrays.make(arrays.type(like), arrays.shape(like));
        try {
            Kernels.combine(arrays, rows, sum, false, target);
            return new Regression<>(arrays, rows, sum, weights);
        } catch (RuntimeException e) {
            arrays.close(sum);
            throw e;
        }
    }

    /**
     * The loss of each row.
     *
     * @param output the network's output u
     * @return {@code weight * mean (u - target)^2}
     */
    public double[] losses(A output) {
        double[] losses = weights.clone();
        Moments[] moments = new ArrayPass<>(arrays, rows, 2).difference(output, target);
        java.util.Arrays.setAll(losses, row -> weights[row] * moments[row].product(0, 0) / moments[row].values());
        return losses;
    }

    /**
     * The sum of two losses as one,
     * <pre>
     *   weight = |w1| + |w2|,      target = u - (w1 (u - t1) + w2 (u - t2)) / weight
     * </pre>
     * with the gradient of the sum at u. A policy's loss and its penalty for leaving a reference need one label then.
     *
     * @param other the other loss of the same output
     * @param output the output u that both were made for
     * @return the sum, with an array of its own; where both weights are 0 the target is the output
     */
    public Regression<A> plus(Regression<A> other, A output) {
        double[] sum = new double[weights.length];
        double[][] parts = new double[3][weights.length];
        for (int row = 0; row < sum.length; row++) {
            sum[row] = Math.abs(weights[row]) + Math.abs(other.weights[row]);
            parts[0][row] = sum[row] == 0 ? 0 : weights[row] / sum[row];
            parts[1][row] = sum[row] == 0 ? 0 : other.weights[row] / sum[row];
            parts[2][row] = 1 - parts[0][row] - parts[1][row];
        }
        return towards(arrays, rows, List.of(new Term<>(target, parts[0]), new Term<>(other.target, parts[1]), new Term<>(output, parts[2])), sum);
    }

    /** Closes the target. */
    @Override
    public void close() {
        arrays.close(target);
    }
}
