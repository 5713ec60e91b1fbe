package io.github.diffusion4j.core.guidance;

import java.io.Serializable;
import java.util.List;

/**
 * Decides while a run goes on, row by row, whether the network need be asked, from mean absolute values of sums of arrays. A skipped evaluation takes its guided output from the sample and from what
 * is held. Immutable; arrays and numbers are held by the state of the run. Where the terms are sample, output and held arrays, sums are over them in this order.
 */
public interface Skipping extends Serializable {

    /** Every evaluation is computed. */
    Skipping NEVER = new Skipping() {
        private static final long serialVersionUID = 1;

        @Override
        public List<String> arrays() {
            return List.of();
        }

        @Override
        public List<String> numbers() {
            return List.of();
        }

        @Override
        public Rules at(Place place) {
            return Rules.COMPUTE;
        }

        @Override
        public String toString() {
            return "nothing left out";
        }

        private Object readResolve() {
            return NEVER;
        }
    };

    /**
     * The names of the arrays that are held once the network was asked.
     *
     * @return the names
     */
    List<String> arrays();

    /**
     * The names of the numbers that each row holds, 0 at the start.
     *
     * @return the names
     */
    List<String> numbers();

    /**
     * How far apart the indices of the last two axes are that means are taken over.
     *
     * @return 1 for all positions
     */
    default int subsample() {
        return 1;
    }

    /**
     * What happens at one evaluation; asked once for each when a plan is made.
     *
     * @param place the evaluation; {@link Place#held} names {@link #arrays} or nothing
     * @return the rules
     */
    Rules at(Place place);

    /** What happens at one evaluation. */
    interface Rules {

        /** The network is asked and nothing is remembered. */
        Rules COMPUTE = () -> new double[0][];

        /**
         * Sums of sample and held arrays, whose mean absolute values the decision follows from.
         *
         * @return the weights of each, none if the network is asked whatever they are
         */
        default double[][] before() {
            return new double[0][];
        }

        /**
         * The decision.
         *
         * @param numbers the numbers of the row, to be changed in place
         * @param means what {@link #before} asked for
         * @return true if the network need not be asked for this row
         */
        default boolean skips(double[] numbers, double... means) {
            return false;
        }

        /**
         * The guided output of a row that is skipped.
         *
         * @return the weights of sample and held arrays
         */
        default double[] skipped() {
            return new double[0];
        }

        /**
         * What a row that is skipped holds afterwards.
         *
         * @return for each held array the weights of sample and held arrays
         */
        default double[][] keptWhenSkipped() {
            return new double[0][];
        }

        /**
         * Sums of sample, output and held arrays, whose mean absolute values {@link #computed} is told.
         *
         * @return the weights of each
         */
        default double[][] after() {
            return new double[0][];
        }

        /**
         * The network was asked for a row.
         *
         * @param numbers the numbers of the row, to be changed in place
         * @param means what {@link #after} asked for
         */
        default void computed(double[] numbers, double... means) {
            // nothing is counted
        }

        /**
         * What a row holds after the network was asked.
         *
         * @return for each array the weights of sample, output and held arrays; none if the arrays stay as they are
         */
        double[][] kept();
    }
}
