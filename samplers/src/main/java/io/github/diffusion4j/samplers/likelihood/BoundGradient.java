package io.github.diffusion4j.samplers.likelihood;

/**
 * How the terms of a bound change with the network's output, value by value, in bits.
 *
 * @param bound the bound, without correction
 * @param posterior the distribution that the reverse step is compared with
 * @param batch samples and outputs
 * @param data the clean data
 * @param mean the means of the reverse step
 * @param logVariance the logarithms of its variances
 */
record BoundGradient(VariationalBound bound, ForwardPosterior posterior, BoundBatch batch, double[] data, double[] mean, double[] logVariance) {

    static BoundGradient of(VariationalBound bound, BoundBatch batch, double[] data, VariationalBound.Reverse reverse) {
        return new BoundGradient(bound, new ForwardPosterior(bound.schedule()), batch, data, reverse.mean().values(), reverse.logVariance().values());
    }

    /** By the output of the mean: {@code (mean - right) / variance dmean/du}. */
    double byOutput(int t, int i) {
        double byMean = t == 0 ? -bound.decoder().byMean(data[i], mean[i], logVariance[i] / 2) : difference(t, i) * Math.exp(-logVariance[i]);
        return Likelihood.bits(byMean * (bound.predictsMean() ? 1 : posterior.weightOfData(t) * bound.parameterization().data(bound.level(t)).second()), 1);
    }

    /** By the variance channels: {@code (1 - exp(right - log variance) - (mean - right)^2 / variance) / 2 dlog variance/dv}. */
    double byVariance(int t, int i) {
        double byLogVariance = t == 0 ? -bound.decoder().byLogScale(data[i], mean[i], logVariance[i] / 2) / 2
                : -0.5 * (Math.expm1(posterior.logVariance(t) - logVariance[i]) + difference(t, i) * difference(t, i) * Math.exp(-logVariance[i]));
        return Likelihood.bits(byLogVariance * bound.variance().slope(posterior.logVariance(t), bound.upper(posterior, t), batch.variance(i)), 1);
    }

    private double difference(int t, int i) {
        return mean[i] - posterior.weightOfData(t) * data[i] - posterior.weightOfSample(t) * batch.sample()[i];
    }
}
