package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.NoiseLevel;
import java.util.List;
import org.hipparchus.analysis.solvers.BrentSolver;
import org.hipparchus.special.Erf;

/**
 * A mixture of Gaussians on the line. The flow is monotone and carries the distribution along, so it matches values of the distribution function:
 * {@code F_to(x') = F_from(x)}.
 *
 * @param parts the parts
 */
public record MixtureData(List<Part> parts) implements TestData {

    /** Two well-separated peaks of different weight and width. */
    public static final MixtureData TWO_PEAKS = new MixtureData(List.of(new Part(0.3, -1, 0.45), new Part(0.7, 0.6, 0.3)));

    private static final int ITERATIONS = 200;

    /**
     * A part of the mixture.
     *
     * @param weight its weight; all weights add up to 1
     * @param mean its mean
     * @param deviation its standard deviation
     */
    public record Part(double weight, double mean, double deviation) {

        private double deviation(NoiseLevel level) {
            return Math.hypot(level.alpha() * deviation, level.sigma());
        }
    }

    /** Copies the list. */
    public MixtureData {
        parts = List.copyOf(parts);
    }

    @Override
    public double estimate(NoiseLevel level, double x) {
        double[] logs = parts.stream().mapToDouble(part -> {
            double z = (x - level.alpha() * part.mean) / part.deviation(level);
            return Math.log(part.weight / part.deviation(level)) - z * z / 2;
        }).toArray();
        double largest = Double.NEGATIVE_INFINITY;
        for (double log : logs) {
            largest = Math.max(largest, log);
        }
        double sum = 0;
        double weights = 0;
        for (int k = 0; k < logs.length; k++) {
            double weight = Math.exp(logs[k] - largest);
            GaussianData part = new GaussianData(parts.get(k).mean, parts.get(k).deviation);
            sum += weight * part.estimate(level, x);
            weights += weight;
        }
        return sum / weights;
    }

    /**
     * The probability that noised data is less than x.
     *
     * @param level the noise level
     * @param x the value
     * @return the probability
     */
    public double distribution(NoiseLevel level, double x) {
        return parts.stream().mapToDouble(part -> part.weight * Erf.erfc(-(x - level.alpha() * part.mean) / (Math.sqrt(2) * part.deviation(level))) / 2).sum();
    }

    /**
     * The value that noised data is below with a probability.
     *
     * @param level the noise level
     * @param probability above 0 and below 1
     * @return the quantile
     */
    public double quantile(NoiseLevel level, double probability) {
        double reach = parts.stream().mapToDouble(part -> level.alpha() * Math.abs(part.mean) + 9 * part.deviation(level)).max().orElseThrow();
        return new BrentSolver(1e-14, 1e-15, 1e-16).solve(ITERATIONS, x -> distribution(level, x) - probability, -reach, reach);
    }

    @Override
    public double flow(NoiseLevel from, NoiseLevel to, double x) {
        return quantile(to, distribution(from, x));
    }
}
