package io.github.diffusion4j.samplers.likelihood;

/**
 * What all bounds and densities share: the divergence of two Gaussians, and bits for each dimension. A discrete model is measured by {@link VariationalBound}, one of continuous noise by
 * {@link VdmBound}, and the density itself by {@link FlowLikelihood}.
 */
public final class Likelihood {

    private static final double LN2 = Math.log(2);

    private Likelihood() {}

    /**
     * The Kullback-Leibler divergence of two Gaussians in one dimension, {@code KL(N(m1, v1) || N(m2, v2)) = (ln(v2/v1) - 1 + v1/v2 + (m1 - m2)^2/v2) / 2}.
     *
     * @param mean1 the mean of the first
     * @param logVariance1 the logarithm of its variance
     * @param mean2 the mean of the second
     * @param logVariance2 the logarithm of its variance
     * @return the divergence in nats, at least 0 but for rounding
     */
    public static double divergence(double mean1, double logVariance1, double mean2, double logVariance2) {
        double ratio = logVariance1 - logVariance2;
        double difference = mean1 - mean2;
        // exp(r) - 1 - r, without the loss of digits near equal variances
        return 0.5 * (Math.expm1(ratio) - ratio + difference * difference * Math.exp(-logVariance2));
    }

    /**
     * Nats of a whole sample as bits for each of its dimensions.
     *
     * @param nats the nats
     * @param dimensions how many values a sample has, at least 1
     * @return {@code nats / (dimensions ln 2)}
     */
    public static double bits(double nats, long dimensions) {
        return nats / (dimensions * LN2);
    }

    /**
     * The bits for each dimension that a density promises for data of finitely many values (Theis et al., arXiv:1511.01844, section 3.1, for data with uniform noise of one width):
     * {@code -log2 p(x) / dimensions - log2(width)}.
     *
     * @param logDensity the logarithm of the density, in nats
     * @param dimensions how many values a sample has, at least 1
     * @param width the distance of neighbouring values: 2 / 256 for 8 bits in [-1, 1] (7 bits are added), 1 / 256 in [0, 1] (8 bits are added); 1 leaves the density as it is
     * @return the bits
     * @throws IllegalArgumentException if the width is not positive and finite
     */
    public static double bitsPerDimension(double logDensity, long dimensions, double width) {
        if (!(width > 0 && Double.isFinite(width))) {
            throw new IllegalArgumentException("the width between neighbouring values must be positive and finite, got " + width + "; it is 2.0 / 256 for 8 bits in [-1, 1]");
        }
        return bits(-logDensity, dimensions) - Math.log(width) / LN2;
    }
}
