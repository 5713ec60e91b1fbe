package io.github.diffusion4j.core;

import java.io.Serializable;

/** The levels that lie between the steps of a grid, found by their noise level. */
@FunctionalInterface
public interface LevelCurve extends Serializable {

    /** No levels in between: solvers that evaluate the network inside a step are refused. */
    LevelCurve NONE = new LevelCurve() {
        private static final long serialVersionUID = 1;

        @Override
        public NoiseLevel atEdmSigma(double edmSigma) {
            throw new IllegalArgumentException("this grid knows no level at sigma " + edmSigma
                    + " between its steps; give it a curve with withCurve(schedule)");
        }

        private Object readResolve() {
            return NONE;
        }

        @Override
        public String toString() {
            return "none";
        }
    };

    /**
     * The level whose {@code sigma / alpha} equals the argument.
     *
     * @param edmSigma the noise level in EDM's coordinate
     * @return the level
     * @throws IllegalArgumentException if there is none
     */
    NoiseLevel atEdmSigma(double edmSigma);
}
