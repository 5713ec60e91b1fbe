package io.github.diffusion4j.samplers.guidance;

import java.io.Serializable;
import java.util.List;

/** Which evaluations of a run ask the network, known when the run is planned. The last one always does where a pattern of this library is used as it comes. */
@FunctionalInterface
public interface Pattern extends Serializable {

    /**
     * Whether the network is asked.
     *
     * @param evaluation from 0
     * @param evaluations how many there are
     * @return false if the evaluation is left out
     */
    boolean asks(int evaluation, int evaluations);

    /**
     * Evaluations at an interval, and the first and the last few.
     *
     * @param interval how far apart evaluations are that ask the network, 1 for all
     * @param first how many at the start ask it in any case, at least 1
     * @param last how many at the end ask it in any case
     * @return the pattern
     */
    static Pattern every(int interval, int first, int last) {
        return new Every(interval, first, last);
    }

    /**
     * The pattern of {@link Pattern#every}.
     *
     * @param interval how far apart evaluations are that ask the network
     * @param first how many at the start ask it in any case
     * @param last how many at the end ask it in any case
     */
    record Every(int interval, int first, int last) implements Pattern {

        /** Checks the numbers. */
        public Every {
            if (interval < 1 || first < 1 || last < 0) {
                throw new IllegalArgumentException("a pattern asks every 1st, 2nd, ... evaluation, at least 1 at the start and 0 or more at the end, got interval " + interval + ", first " + first
                        + ", last " + last);
            }
        }

        @Override
        public boolean asks(int evaluation, int evaluations) {
            return evaluation < first || evaluation >= evaluations - last || (evaluation - first) % interval == interval - 1;
        }
    }

    /**
     * One left out after so many that ask, FSampler's {@code hN/sK} (arXiv:2511.09180).
     *
     * @param calls how many ask the network before one is left out, K
     * @param first how many at the start ask it in any case; as many as the extrapolation needs or more
     * @param last how many at the end ask it in any case
     */
    record OneAfter(int calls, int first, int last) implements Pattern {

        /** Checks the numbers. */
        public OneAfter {
            if (calls < 1 || first < 1 || last < 0) {
                throw new IllegalArgumentException("a pattern leaves one out after 1 call or more, asks at least 1 at the start and 0 or more at the end, got calls " + calls + ", first " + first
                        + ", last " + last);
            }
        }

        @Override
        public boolean asks(int evaluation, int evaluations) {
            return evaluation < first || evaluation >= evaluations - last || (evaluation - first) % (calls + 1) != calls;
        }
    }

    /**
     * TeaCache's and TaylorSeer's warm-up with a fixed interval: evaluations before {@code before}, every {@code interval}-th from {@code before + 1} on, and all from {@code after} on ask.
     *
     * @param interval how far apart they are in between
     * @param before the first evaluation that may be left out is the one after the first call from here on
     * @param after the first evaluation from which on all ask, {@link Integer#MAX_VALUE} for none
     */
    record Taylor(int interval, int before, int after) implements Pattern {

        /** Checks the numbers. */
        public Taylor {
            if (interval < 1 || before < 1) {
                throw new IllegalArgumentException("a pattern has an interval and a warm-up of 1 or more, got interval " + interval + ", before " + before);
            }
        }

        @Override
        public boolean asks(int evaluation, int evaluations) {
            return evaluation < before || evaluation >= after || (evaluation - before - 1) % interval == 0;
        }
    }

    /**
     * MagCache (Ma et al., arXiv:2506.09045, algorithm 1): with the ratio of magnitudes of neighbouring residuals that a calibration run measured, evaluations are left out as long as the
     * accumulated error {@code sum of |1 - R|} stays at or below a threshold, R the product of the ratios since the last call.
     *
     * @param ratios the ratio for each evaluation, the first one 1; resampled to the run's number of evaluations by the nearest one
     * @param threshold the largest accumulated error
     * @param most how many in a row may be left out
     * @param retention the fraction of the run at its start that always asks
     */
    record Magnitudes(List<Double> ratios, double threshold, int most, double retention) implements Pattern {

        private static final double ROUNDING = 0.5;

        /** Copies the list. */
        public Magnitudes {
            ratios = List.copyOf(ratios);
            if (ratios.isEmpty() || !(threshold >= 0) || most < 0 || !(retention >= 0 && retention <= 1)) {
                throw new IllegalArgumentException("MagCache needs ratios, a threshold and a number of skips of at least 0, and a retention within 0 to 1, got " + ratios.size() + " ratios, threshold "
                        + threshold + ", most " + most + ", retention " + retention);
            }
        }

        @Override
        public boolean asks(int evaluation, int evaluations) {
            double ratio = 1;
            double error = 0;
            int skipped = 0;
            boolean asks = true;
            for (int i = 0; i <= evaluation; i++) {
                asks = true;
                if (i >= (int) (retention * evaluations + ROUNDING)) {
                    ratio *= ratio(i, evaluations);
                    skipped++;
                    error += Math.abs(1 - ratio);
                    asks = i == 0 || error > threshold || skipped > most;
                }
                if (asks) {
                    ratio = 1;
                    error = 0;
                    skipped = 0;
                }
            }
            return asks;
        }

        private double ratio(int evaluation, int evaluations) {
            if (ratios.size() == evaluations || evaluations == 1) {
                return ratios.get(evaluation);
            }
            return ratios.get((int) Math.rint(evaluation * (ratios.size() - 1.0) / (evaluations - 1)));
        }
    }
}
