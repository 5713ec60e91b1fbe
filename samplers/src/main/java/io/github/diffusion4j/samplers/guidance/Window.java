package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.io.Serializable;

/** The part of a run in which guidance is on. */
@FunctionalInterface
public interface Window extends Serializable {

    /** The whole run. */
    Window ALWAYS = new Fraction(0, 1, false, Convention.EXACT);

    /**
     * Whether guidance is on at an evaluation.
     *
     * @param place the evaluation
     * @return true if it is
     */
    boolean contains(Place place);

    /**
     * The steps from one fraction of the run to another, {@code start n <= step < stop n}. All evaluations of a step share its decision.
     *
     * @param start where guidance begins, from 0
     * @param stop where it ends, up to 1
     * @return the window
     */
    static Window of(double start, double stop) {
        return new Fraction(start, stop, false, Convention.EXACT);
    }

    /**
     * The steps that start at a noise level in an interval (Kynkaanniemi et al., arXiv:2404.07724, section 3.1, in EDM's coordinate).
     *
     * @param low the lowest {@code sigma / alpha} at which guidance is off
     * @param high the highest {@code sigma / alpha} at which it is on
     * @return the window
     */
    static Window edmSigma(double low, double high) {
        return new EdmSigmas(low, high);
    }

    /**
     * Steps between two fractions of the run.
     *
     * @param start the first fraction
     * @param stop the last
     * @param afterStart whether the step at the start itself is left out
     * @param convention EXACT counts the steps of the grid; DIFFUSERS the evaluations of the run against its number of steps, so that solvers with two evaluations for a step are unguided in
     *     the second half, and cuts products of doubles
     */
    record Fraction(double start, double stop, boolean afterStart, Convention convention) implements Window {

        /** What a product of doubles may lack. */
        private static final double SLACK = 1e-9;

        /** Checks the fractions. */
        public Fraction {
            if (!(start >= 0 && stop <= 1 && start <= stop)) {
                throw new IllegalArgumentException("guidance starts and stops at fractions of the run, 0 <= start <= stop <= 1, got start " + start + " and stop " + stop);
            }
        }

        @Override
        public boolean contains(Place place) {
            boolean exact = convention == Convention.EXACT;
            int steps = exact ? place.steps() : place.runSteps();
            int step = exact ? place.step() : place.evaluation();
            int first = (int) (start * steps + (exact ? SLACK : 0));
            int end = (int) (stop * steps + (exact ? SLACK : 0));
            return (afterStart ? first < step : first <= step) && step < end;
        }
    }

    /**
     * Noise levels in an interval.
     *
     * @param low the lowest {@code sigma / alpha}, off
     * @param high the highest, on
     */
    record EdmSigmas(double low, double high) implements Window {

        /** Checks the levels. */
        public EdmSigmas {
            if (!(low >= 0 && low < high)) {
                throw new IllegalArgumentException("guidance is on between two levels sigma / alpha, 0 <= low < high, got " + low + " and " + high);
            }
        }

        @Override
        public boolean contains(Place place) {
            double sigma = place.level().edmSigma();
            return low < sigma && sigma <= high;
        }
    }
}
