package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.NoiseLevel;
import java.io.Serializable;
import java.util.List;

/** How an output that is left out follows from those that the network gave before. */
public interface Extrapolation extends Serializable {

    /**
     * How many outputs are looked back at.
     *
     * @return the most, at least 1
     */
    int points();

    /**
     * The weights of the outputs before.
     *
     * @param levels the noise levels of all evaluations of the run
     * @param known the evaluations that the network was asked at, newest first, at most {@link #points}
     * @param evaluation the one that is left out
     * @return a weight for each of {@code known}
     */
    double[] weights(List<NoiseLevel> levels, List<Integer> known, int evaluation);

    /** What the polynomial is one of. */
    enum Coordinate {
        /** The number of the evaluation: Adams and Bashforth's relation between neighbours, AB-Cache (arXiv:2504.10540). */
        INDEX,
        /** {@code sigma / alpha}. */
        EDM_SIGMA,
        /** The log signal-to-noise ratio. */
        LOG_SNR;

        double at(List<NoiseLevel> levels, int evaluation) {
            return switch (this) {
                case INDEX -> evaluation;
                case EDM_SIGMA -> levels.get(evaluation).edmSigma();
                case LOG_SNR -> levels.get(evaluation).logSnr();
            };
        }
    }

    /**
     * The last output, again.
     *
     * @return the extrapolation
     */
    static Extrapolation reuse() {
        return new Polynomial(0, Coordinate.INDEX);
    }

    /**
     * The polynomial through the last outputs, Lagrange's form: exact for outputs that are polynomials of this degree.
     *
     * @param degree the degree, from 0; lower as long as fewer outputs are known
     * @param coordinate what it is a polynomial of
     */
    record Polynomial(int degree, Coordinate coordinate) implements Extrapolation {

        /** Checks the degree. */
        public Polynomial {
            checkDegree(degree);
        }

        @Override
        public int points() {
            return degree + 1;
        }

        @Override
        public double[] weights(List<NoiseLevel> levels, List<Integer> known, int evaluation) {
            double x = coordinate.at(levels, evaluation);
            double[] weights = new double[known.size()];
            for (int k = 0; k < weights.length; k++) {
                weights[k] = 1;
                for (int l = 0; l < weights.length; l++) {
                    double from = coordinate.at(levels, known.get(l));
                    weights[k] *= l == k ? 1 : (x - from) / (coordinate.at(levels, known.get(k)) - from);
                }
            }
            return weights;
        }
    }

    /**
     * TaylorSeer (Liu et al., arXiv:2503.06923, equation 4) as published: {@code sum of F_j k^j / j!}, k evaluations after the last output, with {@code F_0} the output and
     * {@code F_j = (F_(j-1) - previous F_(j-1)) / gap}. Exact for straight lines only, because these are backward differences; {@link Polynomial} is what higher orders should be.
     *
     * @param order the order, from 0
     */
    record TaylorSeer(int order) implements Extrapolation {

        /** Checks the order. */
        public TaylorSeer {
            checkDegree(order);
        }

        @Override
        public int points() {
            return order + 1;
        }

        @Override
        public double[] weights(List<NoiseLevel> levels, List<Integer> known, int evaluation) {
            int count = known.size();
            double[] weights = new double[count];
            // differences[i] is F_j at the i-th newest output, as weights of the outputs
            double[][] differences = new double[count][count];
            for (int i = 0; i < count; i++) {
                differences[i][i] = 1;
            }
            double factor = 1;
            for (int j = 0; j < count; j++) {
                for (int i = 0; i < count; i++) {
                    weights[i] += factor * differences[0][i];
                }
                factor *= (evaluation - known.get(0)) / (j + 1.0);
                for (int i = 0; i + 1 < count - j; i++) {
                    for (int k = 0; k < count; k++) {
                        differences[i][k] = (differences[i][k] - differences[i + 1][k]) / (known.get(i) - known.get(i + 1));
                    }
                }
            }
            return weights;
        }
    }

    private static void checkDegree(int degree) {
        if (degree < 0) {
            throw new IllegalArgumentException("an extrapolation has degree 0, 1, ..., got " + degree);
        }
    }
}
