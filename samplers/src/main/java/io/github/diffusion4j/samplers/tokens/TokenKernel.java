package io.github.diffusion4j.samplers.tokens;

import java.io.Serializable;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * One step of a Markov chain of tokens as a matrix that depends on a number beta, how much noise the step adds: D3PM's kernels (Austin et al., arXiv:2107.03006, appendix A). Immutable, and equal by
 * value.
 */
public interface TokenKernel extends Serializable {

    /**
     * The number of classes.
     *
     * @return K
     */
    int classes();

    /**
     * The matrix of a step.
     *
     * @param beta how much noise it adds
     * @return the probabilities that a class (rows) becomes another (columns)
     * @throws IllegalArgumentException if a row is no distribution with this beta
     */
    double[][] matrix(double beta);

    /**
     * {@code (1 - beta) I + beta / K}: drawn anew.
     *
     * @param classes K
     * @return the kernel
     */
    static TokenKernel uniform(int classes) {
        return new Banded(classes, classes);
    }

    /**
     * {@code beta / K} to each class at most a distance away, for classes in an order; the rest stays.
     *
     * @param classes K
     * @param band the largest distance, at least 1
     * @return the kernel
     */
    static TokenKernel banded(int classes, int band) {
        return new Banded(classes, band);
    }

    /**
     * A discretised Gaussian for classes in an order: {@code w(j - i)} with w the softmax over all distances {@code d = -(K-1) .. K-1} of {@code -(2 d / (K-1))^2 / beta}; the rest stays. The published
     * code has that width for pictures of 256 classes, and narrower ones for fewer classes and for text.
     *
     * @param classes K
     * @return the kernel
     */
    static TokenKernel gaussian(int classes) {
        return new Gaussian(classes);
    }

    /**
     * {@code (1 - beta) I + beta e_m}: masked, by a class of the network.
     *
     * @param classes K, the mask included
     * @param mask m
     * @return the kernel
     */
    static TokenKernel absorbing(int classes, int mask) {
        return new Absorbing(classes, mask);
    }

    /**
     * Equal chances within a band.
     *
     * @param classes K
     * @param band the largest distance
     */
    record Banded(int classes, int band) implements TokenKernel {

        /** Checks the band. */
        public Banded {
            if (band < 1) {
                throw new IllegalArgumentException("a band reaches at least 1 class far, got " + band);
            }
        }

        @Override
        public double[][] matrix(double beta) {
            return completed(this, beta, (i, j) -> Math.abs(i - j) <= band ? beta / classes : 0);
        }
    }

    /**
     * A discretised Gaussian.
     *
     * @param classes K
     */
    record Gaussian(int classes) implements TokenKernel {

        @Override
        public double[][] matrix(double beta) {
            double[] weights = IntStream.range(0, classes).mapToDouble(d -> StrictMath.exp(-4.0 * d * d / (classes - 1) / (classes - 1) / beta)).toArray();
            double sum = 2 * IntStream.range(1, classes).mapToDouble(d -> weights[d]).sum() + 1;
            return completed(this, beta, (i, j) -> weights[(int) Math.abs(i - j)] / sum);
        }
    }

    /**
     * A mask among the classes.
     *
     * @param classes K
     * @param mask the mask
     */
    record Absorbing(int classes, int mask) implements TokenKernel {

        /** Checks the mask. */
        public Absorbing {
            if (mask < 0 || mask >= classes) {
                throw new IllegalArgumentException("the mask is one of the " + classes + " classes, got " + mask);
            }
        }

        @Override
        public double[][] matrix(double beta) {
            return completed(this, beta, (i, j) -> j == mask ? beta : 0);
        }
    }

    /** A matrix whose diagonal is what does not become another class. */
    private static double[][] completed(TokenKernel kernel, double beta, DoubleBinaryOperator others) {
        int classes = kernel.classes();
        double[][] matrix = new double[classes][classes];
        for (int i = 0; i < classes; i++) {
            double sum = 0;
            for (int j = 0; j < classes; j++) {
                matrix[i][j] = i == j ? 0 : others.applyAsDouble(i, j);
                sum += matrix[i][j];
            }
            matrix[i][i] = Math.max(0, 1 - sum);
            if (!(beta >= 0 && sum >= 0 && sum <= 1 + TokenChain.ROUNDING)) {
                throw new IllegalArgumentException("with beta = " + beta + " class " + i + " becomes others with probability " + sum + " by " + kernel + "; choose beta so that this lies in 0 to 1");
            }
        }
        return matrix;
    }
}
