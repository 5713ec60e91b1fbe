package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.training.Average;
import java.io.Serializable;

/**
 * Into how many noise levels consistency training divides time, in the course of the training: few at first, for small variance, many in the end, for small bias. Neighbouring levels make a
 * pair of student and target.
 */
@FunctionalInterface
public interface Curriculum extends Serializable {

    /**
     * The number of noise levels.
     *
     * @param step the training step k, from 0
     * @return the number N, at least 1
     * @throws IllegalArgumentException if the step is negative
     */
    int levels(long step);

    /**
     * The average of a target network that is kept the closer, the coarser the levels are: {@code mu = exp(s0 ln(mu0) / (N - 1))} (Song et al., "Consistency Models", arXiv:2303.01469,
     * appendix C). Update n, from 1, is that of step n - 1.
     *
     * @param decay mu0, the decay while {@code N - 1 = first}; above 0 and at most 1
     * @param first s0, the number of levels that the curriculum starts from, at least 1
     * @return the rule
     */
    default Average target(double decay, int first) {
        return new Target(this, decay, first);
    }

    /**
     * The same number throughout, as consistency distillation has it.
     *
     * @param levels N, at least 1; 18 and 40 were published
     * @return the curriculum
     */
    static Curriculum constant(int levels) {
        return new Constant(levels);
    }

    /**
     * {@code N(k) = ceil(sqrt(k / K ((s1 + 1)^2 - s0^2) + s0^2) - 1) + 1}, at least 2: the square grows linearly (Song et al., arXiv:2303.01469, appendix C). It goes on growing after step K, where
     * it is s1 + 1.
     *
     * @param first s0, at least 1; 2 was published
     * @param last s1, at least s0; 150 and 200 were published
     * @param steps K, the length of the training, at least 1
     * @return the curriculum
     */
    static Curriculum squareRoot(int first, int last, long steps) {
        return new SquareRoot(first, last, steps);
    }

    /**
     * {@code N(k) = min(s0 2^floor(k / K'), s1) + 1} with {@code K' = floor(K / (log2(floor(s1 / s0)) + 1))}: doubled at equal intervals (Song and Dhariwal, "iCT", arXiv:2310.14189).
     *
     * @param first s0, at least 1; 10 was published
     * @param last s1, at least s0; 1280 was published
     * @param steps K, the length of the training, at least one for each number of levels
     * @return the curriculum
     */
    static Curriculum doubling(int first, int last, long steps) {
        return new Doubling(first, last, steps);
    }

    /**
     * Halved at equal intervals down to 2 and 1, which take two intervals each (progressive distillation; Salimans and Ho, arXiv:2202.00512, as consistency_models has it). The target is the
     * student of the stage before: its average is {@code Average.constant(1)}.
     *
     * @param first the number of levels at the start, at least 1
     * @param interval the steps of a stage, at least 1
     * @return the curriculum
     */
    static Curriculum halving(int first, long interval) {
        return new Halving(first, interval);
    }

    /**
     * The same number throughout.
     *
     * @param levels at least 1
     */
    record Constant(int levels) implements Curriculum {

        /** Checks the number. */
        public Constant {
            checkPositive("the number of levels", levels);
        }

        @Override
        public int levels(long step) {
            checkStep(step);
            return levels;
        }
    }

    /**
     * A number whose square grows linearly.
     *
     * @param first s0
     * @param last s1
     * @param steps K
     */
    record SquareRoot(int first, int last, long steps) implements Curriculum {

        /** Checks the numbers. */
        public SquareRoot {
            checkGrowth(first, last, steps);
        }

        @Override
        public int levels(long step) {
            checkStep(step);
            double end = last + 1.0;
            double start = first;
            double root = Math.sqrt((double) step / steps * (end * end - start * start) + start * start);
            return Math.max((int) Math.ceil(root - 1), 1) + 1;
        }
    }

    /**
     * A number that doubles at equal intervals.
     *
     * @param first s0
     * @param last s1
     * @param steps K
     */
    record Doubling(int first, int last, long steps) implements Curriculum {

        /** Checks the numbers. */
        public Doubling {
            checkGrowth(first, last, steps);
            if (interval(first, last, steps) < 1) {
                throw new IllegalArgumentException("levels from " + first + " to " + last + " need at least one step for each doubling, got " + steps + " steps; train longer or double less");
            }
        }

        private static long interval(int first, int last, long steps) {
            return (long) (steps / (log2(last / first) + 1));
        }

        @Override
        public int levels(long step) {
            checkStep(step);
            long doublings = step / interval(first, last, steps);
            return (int) Math.min(first * Math.pow(2, doublings), last) + 1;
        }
    }

    /**
     * A number that is halved at equal intervals.
     *
     * @param first the number at the start
     * @param interval the steps of a stage
     */
    record Halving(int first, long interval) implements Curriculum {

        /** Checks the numbers. */
        public Halving {
            checkPositive("the number of levels at the start", first);
            checkPositive("the interval of halving", interval);
        }

        @Override
        public int levels(long step) {
            checkStep(step);
            int halved = first >> Math.min(step / interval, Integer.SIZE - 1);
            if (halved > 2) {
                return halved;
            }
            double atTwo = Math.max(step - interval * (log2(first) - 1), 0);
            return atTwo < 2.0 * interval ? 2 : 1;
        }
    }

    /**
     * The average of a target network that goes with a curriculum.
     *
     * @param curriculum the numbers of levels
     * @param decay mu0
     * @param first s0
     */
    record Target(Curriculum curriculum, double decay, int first) implements Average {

        /** Checks the numbers. */
        public Target {
            checkPositive("the number of levels at the start", first);
            if (!(decay > 0 && decay <= 1)) {
                throw new IllegalArgumentException("the decay of a target network at the start is above 0 and at most 1, got " + decay);
            }
        }

        @Override
        public double decay(long step) {
            // one level has no pairs, so that its decay is never asked for
            int pairs = Math.max(1, curriculum.levels(step - 1) - 1);
            return Math.exp(first * Math.log(decay) / pairs);
        }
    }

    private static double log2(int value) {
        // exact for powers of two, on which the intervals rest
        int exponent = Math.getExponent((double) value);
        return exponent + Math.log(value / Math.pow(2, exponent)) / Math.log(2);
    }

    private static void checkStep(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("training steps count from 0, got " + step);
        }
    }

    private static void checkPositive(String what, long number) {
        if (number < 1) {
            throw new IllegalArgumentException(what + " is at least 1, got " + number);
        }
    }

    private static void checkGrowth(int first, int last, long steps) {
        checkPositive("the number of levels at the start", first);
        checkPositive("the length of the training", steps);
        if (last < first) {
            throw new IllegalArgumentException("levels grow from the first number to the last, got " + first + " and " + last);
        }
    }
}
