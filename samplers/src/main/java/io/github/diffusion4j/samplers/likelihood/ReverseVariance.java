package io.github.diffusion4j.samplers.likelihood;

/**
 * The logarithm of the variance of a reverse step {@code p(x' | x)}, between the logarithms of the posterior variance (lower) and of the forward variance (upper); where it is learned, from the
 * second half {@code v} of the network's channels.
 *
 * <p>{@link io.github.diffusion4j.samplers.solvers.VarianceType} has Diffusers' names for the same. There {@code learned} means {@link #LEARNED}; the networks of Nichol and Dhariwal's code output
 * {@link #LEARNED_LOG}.
 */
public enum ReverseVariance {

    /** The posterior variance (Ho et al., arXiv:2006.11239, section 3.2), {@code lower}; at timestep 0, where it is 0, that of timestep 1. */
    FIXED_SMALL {
        @Override
        public double logVariance(double lower, double upper, double v) {
            return lower;
        }

        @Override
        public double slope(double lower, double upper, double v) {
            return 0;
        }
    },

    /** The forward variance, {@code upper}; at timestep 0 the posterior variance of timestep 1. */
    FIXED_LARGE {
        @Override
        public double logVariance(double lower, double upper, double v) {
            return upper;
        }

        @Override
        public double slope(double lower, double upper, double v) {
            return 0;
        }
    },

    /** The output is the variance: {@code ln v}. */
    LEARNED {
        @Override
        public double logVariance(double lower, double upper, double v) {
            if (!(v > 0)) {
                throw new IllegalArgumentException("the network's variance channels hold " + v + "; a learned variance is above 0"
                        + " (networks that output its logarithm need LEARNED_LOG, those that interpolate LEARNED_RANGE)");
            }
            return Math.log(v);
        }

        @Override
        public double slope(double lower, double upper, double v) {
            return 1 / v;
        }
    },

    /** The output is the logarithm of the variance: {@code v}. */
    LEARNED_LOG {
        @Override
        public double logVariance(double lower, double upper, double v) {
            return v;
        }

        @Override
        public double slope(double lower, double upper, double v) {
            return 1;
        }
    },

    /** The output interpolates (Nichol and Dhariwal, arXiv:2102.09672, equation 15): {@code f upper + (1 - f) lower} with {@code f = (v + 1) / 2}. */
    LEARNED_RANGE {
        @Override
        public double logVariance(double lower, double upper, double v) {
            double fraction = (v + 1) / 2;
            return fraction * upper + (1 - fraction) * lower;
        }

        @Override
        public double slope(double lower, double upper, double v) {
            return (upper - lower) / 2;
        }
    };

    /**
     * The logarithm of the variance.
     *
     * @param lower the logarithm of the posterior variance
     * @param upper the logarithm of the forward variance
     * @param v the network's output; any number where the variance is fixed
     * @return the logarithm
     * @throws IllegalArgumentException if the output is no variance where it should be one
     */
    public abstract double logVariance(double lower, double upper, double v);

    /**
     * The derivative of {@link #logVariance} by the network's output.
     *
     * @param lower the logarithm of the posterior variance
     * @param upper the logarithm of the forward variance
     * @param v the network's output
     * @return the derivative, 0 where the variance is fixed
     */
    public abstract double slope(double lower, double upper, double v);

    /**
     * Whether the network has twice the sample's channels, the second half for the variance.
     *
     * @return true if it is learned
     */
    public boolean learned() {
        return this != FIXED_SMALL && this != FIXED_LARGE;
    }
}
