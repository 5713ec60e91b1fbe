package io.github.diffusion4j.samplers.likelihood;

import org.hipparchus.special.Erf;

/**
 * The last term of a variational bound: the probability that a Gaussian gives the bin of one of 256 values in [-1, 1] (Ho et al., arXiv:2006.11239, equation 13),
 * <pre>
 *   ln (F(b) - F(a)),  a = (x - mean - 1/255) / scale,  b = (x - mean + 1/255) / scale
 * </pre>
 * where the bins at both ends (x below -0.999, above 0.999) reach to infinity, so that the 256 probabilities sum to 1.
 */
public enum Decoder {

    /** F is the normal distribution function; the logarithm is exact however small the probability. */
    EXACT {
        @Override
        double logProbability(double a, double b) {
            double probability = 0.5 * Erf.erf(a / SQRT2, b / SQRT2);
            if (probability > SMALLEST) {
                return Math.log(probability);
            }
            double near = a > 0 ? a : -b;
            double far = a > 0 ? b : -a;
            double log = logTail(near);
            return far == Double.POSITIVE_INFINITY ? log : log + Math.log(-Math.expm1(logTail(far) - log));
        }

        @Override
        double logDensity(double z) {
            return -z * z / 2 - LOG_SQRT_2PI;
        }
    },

    /**
     * As published with improved DDPM: {@code F(z) = (1 + tanh(sqrt(2 / pi) (z + 0.044715 z^3))) / 2}, which is off by up to 3e-4, and no probability is below 1e-12 (Nichol and Dhariwal,
     * arXiv:2102.09672, in their code). Numbers in papers are made with it.
     */
    TANH {
        @Override
        double logProbability(double a, double b) {
            // as in the publication: tails and bins are differences that lose their digits alike
            return Math.log(Math.max(approximate(b) - approximate(a), CLAMP));
        }

        @Override
        double logDensity(double z) {
            double cosh = Math.cosh(SQRT_2_PI * (z + CUBIC * z * z * z));
            return Math.log(0.5 * SQRT_2_PI * (1 + 3 * CUBIC * z * z) / (cosh * cosh));
        }

        private double approximate(double z) {
            return Double.isInfinite(z) ? z > 0 ? 1 : 0 : 0.5 * (1 + Math.tanh(SQRT_2_PI * (z + CUBIC * z * z * z)));
        }
    };

    private static final double SQRT2 = Math.sqrt(2);
    private static final double LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
    private static final double SQRT_2_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;
    private static final double CLAMP = 1e-12;
    private static final double SMALLEST = 1e-290;
    private static final double HALF_BIN = 1.0 / 255;
    private static final double EDGE = 0.999;

    /** {@code ln (F(b) - F(a))} for a below b; one of them may be infinite. */
    abstract double logProbability(double a, double b);

    /** {@code ln F'(z)}. */
    abstract double logDensity(double z);

    /** The logarithm of the normal distribution's upper tail, far out: its asymptotic series (Abramowitz and Stegun, 26.2.12). */
    private static double logTail(double z) {
        double w = 1 / (z * z);
        return -z * z / 2 - LOG_SQRT_2PI - Math.log(z) + Math.log1p(-w * (1 - 3 * w * (1 - 5 * w * (1 - 7 * w))));
    }

    /**
     * The log-probability of a value's bin.
     *
     * @param x the value, one of {@code 2 k / 255 - 1}
     * @param mean the mean of the Gaussian
     * @param logScale the logarithm of its standard deviation
     * @return the log-probability in nats
     */
    public double logLikelihood(double x, double mean, double logScale) {
        return logProbability(lower(x, mean, logScale), upper(x, mean, logScale));
    }

    /** The derivative of the log-probability by the mean. */
    double byMean(double x, double mean, double logScale) {
        double a = lower(x, mean, logScale);
        double b = upper(x, mean, logScale);
        return (relative(a, a, b) - relative(b, a, b)) * Math.exp(-logScale);
    }

    /** The derivative of the log-probability by the logarithm of the standard deviation. */
    double byLogScale(double x, double mean, double logScale) {
        double a = lower(x, mean, logScale);
        double b = upper(x, mean, logScale);
        return moment(a, a, b) - moment(b, a, b);
    }

    /** The density at an end of the bin in units of the bin's probability. Where the probability is held at its least, nothing depends on the ends. */
    private double relative(double z, double a, double b) {
        double log = logProbability(a, b);
        return Double.isInfinite(z) || this == TANH && log <= Math.log(CLAMP) ? 0 : Math.exp(logDensity(z) - log);
    }

    private double moment(double z, double a, double b) {
        double relative = relative(z, a, b);
        return relative == 0 ? 0 : z * relative;
    }

    private static double lower(double x, double mean, double logScale) {
        return x < -EDGE ? Double.NEGATIVE_INFINITY : Math.exp(-logScale) * (x - mean - HALF_BIN);
    }

    private static double upper(double x, double mean, double logScale) {
        return x > EDGE ? Double.POSITIVE_INFINITY : Math.exp(-logScale) * (x - mean + HALF_BIN);
    }
}
