package io.github.diffusion4j.core.plan;

/**
 * How the standard deviation of a step's noise follows from a second set of output channels {@code v} of the network
 * (Nichol and Dhariwal, arXiv:2102.09672, section 3.1). The network then outputs twice the sample's channels.
 */
public sealed interface LearnedVariance extends ArrayScaling {

    /**
     * The standard deviation for one value of the variance channels.
     *
     * @param v the network's output
     * @return the standard deviation
     */
    double deviation(double v);

    /** The output is the variance itself: {@code sqrt(v)}. */
    record Direct() implements LearnedVariance {
        @Override
        public double deviation(double v) {
            if (!(v >= 0)) {
                throw new IllegalArgumentException("the network's variance channels hold " + v + "; variance type 'learned' needs values of at least 0"
                        + " (a network trained with interpolated log variances needs 'learned_range')");
            }
            return Math.sqrt(v);
        }
    }

    /**
     * The output interpolates between two log variances (equation 15):
     * {@code exp((f upper + (1 - f) lower) / 2)} with {@code f = (v + 1) / 2}.
     *
     * @param lower the log variance at v = -1, the posterior's
     * @param upper the log variance at v = 1, the forward step's
     */
    record Range(double lower, double upper) implements LearnedVariance {
        /** Checks the bounds. */
        public Range {
            if (!Double.isFinite(lower) || !Double.isFinite(upper)) {
                throw new IllegalArgumentException("log variances must be finite, got " + lower + " and " + upper);
            }
        }

        @Override
        public double deviation(double v) {
            double fraction = (v + 1) / 2;
            return Math.exp((fraction * upper + (1 - fraction) * lower) / 2);
        }
    }

    /** The output is the variance, but this step does not use it: the channels are dropped. */
    record Ignored() implements LearnedVariance {
        @Override
        public double deviation(double v) {
            return 1;
        }
    }
}
