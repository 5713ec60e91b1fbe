package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseSchedule;
import java.io.Serializable;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;

/**
 * How the noise levels of training are drawn: a law of {@code rho = ln(sigma / alpha)}, which means the same on every path. The log signal-to-noise ratio is {@code -2 rho}, the time of a flow
 * {@code 1 / (1 + e^-rho)}, EDM's sigma {@code e^rho}. Published draws are such laws: EDM's log-normal and SD3's logit-normal are both normal, a uniform flow time is logistic, a uniform angle
 * (the cosine schedule) a hyperbolic secant, and a shift of the flow by s adds {@code ln s}.
 *
 * <p>Densities are per unit of rho: of the log SNR half of that, of a flow's time t {@code density / (t (1 - t))}, of EDM's sigma {@code density / sigma}. {@code LevelDraws} in the module of
 * schedules has the laws people use.
 */
public interface LevelDraw extends Serializable {

    /** How far a sum of shares may lie from 1 by rounding. */
    double ROUNDING = 1e-12;

    /**
     * The quantile function.
     *
     * @param u in (0, 1)
     * @return rho, below which the share u of all draws lies
     */
    double logRatio(double u);

    /**
     * The distribution function. A law that has no formula for it finds it, as here, from its quantiles.
     *
     * @param rho any number, infinite ones too
     * @return the share of draws of at most rho
     */
    default double cdf(double rho) {
        return rho <= logRatio(0) ? 0 : rho >= logRatio(1) ? 1 : halved(0, 1, u -> logRatio(u) < rho);
    }

    /** The least double between two numbers from which a condition no longer holds. */
    private static double halved(double from, double to, DoublePredicate before) {
        double low = from;
        double high = to;
        for (double middle = low + (high - low) / 2; middle > low && middle < high; middle = low + (high - low) / 2) {
            if (before.test(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /**
     * The density.
     *
     * @param rho any number
     * @return the derivative of {@link #cdf}, at least 0
     */
    double density(double rho);

    /**
     * Uniform times of a flow, {@code t = 1 / (1 + e^-rho)}.
     *
     * @return the logistic law of location 0 and scale 1
     */
    static LevelDraw uniformFlowTime() {
        return new Logistic(0, 1);
    }

    /**
     * A law given by a table, uniform in rho within each bin.
     *
     * @param edges the edges of the bins, ascending and finite
     * @param probabilities for each bin its share, at least 0; they are divided by their sum
     * @return the law
     */
    static LevelDraw histogram(List<Double> edges, List<Double> probabilities) {
        return new Histogram(edges, probabilities);
    }

    /**
     * One of several laws at a time.
     *
     * @param weights how often each is used, at least 0; they are divided by their sum
     * @param draws the laws
     * @return the mixture
     */
    static LevelDraw mixture(List<Double> weights, List<LevelDraw> draws) {
        return new Mixture(weights, draws);
    }

    /**
     * The law with all noise levels multiplied by a factor, as for pictures of another resolution: {@code t' = s t / (1 + (s - 1) t)} for the times of a flow (Esser et al., arXiv:2403.03206,
     * equation 23).
     *
     * @param shift the factor s of sigma / alpha, above 0; above 1 means more noise
     * @return the law of {@code rho + ln s}
     */
    default LevelDraw shifted(double shift) {
        return new Shifted(this, shift);
    }

    /**
     * The law between two noise levels: what is drawn given that it lies there.
     *
     * @param lowest the lowest sigma / alpha, at least 0
     * @param highest the highest sigma / alpha, above the lowest, may be infinite
     * @return the law
     */
    default LevelDraw truncated(double lowest, double highest) {
        return new Truncated(this, Math.log(lowest), Math.log(highest));
    }

    /**
     * The law of {@code -rho}, of a flow's {@code 1 - t}. Diffusers' scripts train this mirror image: the number that they draw as t counts from the noisy end of their timesteps.
     *
     * @return the law
     */
    default LevelDraw mirrored() {
        return new Mirrored(this);
    }

    /**
     * How likely a draw falls between neighbours of a list of noise levels (Song and Dhariwal, arXiv:2310.14189, equation 10).
     *
     * @param edges values of rho, ascending, perhaps infinite
     * @return for each pair of neighbours its share of all draws that fall between the ends; they sum to 1
     */
    default double[] probabilities(double... edges) {
        double all = cdf(edges[edges.length - 1]) - cdf(edges[0]);
        if (!(all > 0)) {
            throw new IllegalArgumentException(this + " never draws a level between sigma / alpha = " + Math.exp(edges[0]) + " and " + Math.exp(edges[edges.length - 1])
                    + "; use a law that does");
        }
        return IntStream.range(1, edges.length).mapToDouble(i -> (cdf(edges[i]) - cdf(edges[i - 1])) / all).toArray();
    }

    /**
     * The law on a schedule. A table's levels are drawn as often as the law falls nearer to them, in rho, than to their neighbours; on a continuous schedule the law is cut off at the ends.
     *
     * @param schedule the schedule
     * @return levels of the schedule
     * @throws IllegalArgumentException if less than a thousandth of what the law draws lies on the schedule
     */
    default LevelSampler on(NoiseSchedule schedule) {
        return schedule.levels().isEmpty() ? CurveLevels.of(schedule, this) : TableLevels.of(schedule, this);
    }

    /**
     * The logistic law, {@code cdf = 1 / (1 + e^-((rho - location) / scale))}: the uniform time of a flow (location 0, scale 1), k-diffusion's log-logistic sigma (location ln sigma_data, scale 0.5).
     *
     * @param location the median of rho
     * @param scale above 0
     */
    record Logistic(double location, double scale) implements LevelDraw {

        /** Checks the numbers. */
        public Logistic {
            checkFinite("the location of a logistic law", location);
            checkPositive("the scale of a logistic law", scale);
        }

        @Override
        public double logRatio(double u) {
            return location + scale * (Math.log(u) - Math.log1p(-u));
        }

        @Override
        public double cdf(double rho) {
            return 1 / (1 + Math.exp(-(rho - location) / scale));
        }

        @Override
        public double density(double rho) {
            double e = Math.exp(-Math.abs(rho - location) / scale);
            return e / (scale * (1 + e) * (1 + e));
        }
    }

    /**
     * {@code rho + ln s}.
     *
     * @param draw the law of rho
     * @param shift s, above 0
     */
    record Shifted(LevelDraw draw, double shift) implements LevelDraw {

        /** Checks the factor. */
        public Shifted {
            checkPositive("the shift of noise levels", shift);
        }

        @Override
        public double logRatio(double u) {
            return draw.logRatio(u) + Math.log(shift);
        }

        @Override
        public double cdf(double rho) {
            return draw.cdf(rho - Math.log(shift));
        }

        @Override
        public double density(double rho) {
            return draw.density(rho - Math.log(shift));
        }
    }

    /**
     * {@code -rho}.
     *
     * @param draw the law of rho
     */
    record Mirrored(LevelDraw draw) implements LevelDraw {

        @Override
        public double logRatio(double u) {
            return -draw.logRatio(1 - u);
        }

        @Override
        public double cdf(double rho) {
            return 1 - draw.cdf(-rho);
        }

        @Override
        public double density(double rho) {
            return draw.density(-rho);
        }
    }

    /**
     * rho given that it lies between two ends.
     *
     * @param draw the law of rho
     * @param lowest the lower end, may be infinite
     * @param highest the upper end, may be infinite
     */
    record Truncated(LevelDraw draw, double lowest, double highest) implements LevelDraw {

        /** Checks the ends. */
        public Truncated {
            if (!(lowest < highest && draw.cdf(highest) > draw.cdf(lowest))) {
                throw new IllegalArgumentException(draw + " draws nothing between sigma / alpha = " + Math.exp(lowest) + " and " + Math.exp(highest)
                        + "; the lower end comes first, and the law must reach between them");
            }
        }

        private double mass() {
            return draw.cdf(highest) - draw.cdf(lowest);
        }

        @Override
        public double logRatio(double u) {
            return Math.min(highest, Math.max(lowest, draw.logRatio(draw.cdf(lowest) + u * mass())));
        }

        @Override
        public double cdf(double rho) {
            return (draw.cdf(Math.min(highest, Math.max(lowest, rho))) - draw.cdf(lowest)) / mass();
        }

        @Override
        public double density(double rho) {
            return rho < lowest || rho > highest ? 0 : draw.density(rho) / mass();
        }
    }

    /**
     * One of several laws at a time.
     *
     * @param weights how often each is used
     * @param draws the laws
     */
    record Mixture(List<Double> weights, List<LevelDraw> draws) implements LevelDraw {

        /** Checks the weights, and divides them by their sum. */
        public Mixture {
            weights = shares(weights, "the weights of a mixture");
            draws = List.copyOf(draws);
            if (weights.size() != draws.size()) {
                throw new IllegalArgumentException("each law of a mixture needs a weight, got " + draws.size() + " laws and " + weights.size() + " weights");
            }
        }

        /** By halving: the quantile lies between those of the laws. */
        @Override
        public double logRatio(double u) {
            double low = draws.stream().mapToDouble(draw -> draw.logRatio(u)).min().orElseThrow();
            double high = draws.stream().mapToDouble(draw -> draw.logRatio(u)).max().orElseThrow();
            return halved(low, high, rho -> cdf(rho) < u);
        }

        @Override
        public double cdf(double rho) {
            return IntStream.range(0, draws.size()).mapToDouble(k -> weights.get(k) * draws.get(k).cdf(rho)).sum();
        }

        @Override
        public double density(double rho) {
            return IntStream.range(0, draws.size()).mapToDouble(k -> weights.get(k) * draws.get(k).density(rho)).sum();
        }
    }

    /**
     * A law that is uniform within bins.
     *
     * @param edges the edges of the bins
     * @param probabilities the share of each bin
     */
    record Histogram(List<Double> edges, List<Double> probabilities) implements LevelDraw {

        /** Checks the table, and divides the shares by their sum. */
        public Histogram {
            edges = List.copyOf(edges);
            probabilities = shares(probabilities, "the shares of a histogram");
            boolean ascending = true;
            for (int i = 0; i < edges.size(); i++) {
                ascending &= Double.isFinite(edges.get(i)) && (i == 0 || edges.get(i) > edges.get(i - 1));
            }
            if (!ascending || edges.size() != probabilities.size() + 1) {
                throw new IllegalArgumentException("a histogram of " + probabilities.size() + " bins needs one edge more, finite and ascending, got " + edges);
            }
        }

        private double width(int bin) {
            return edges.get(bin + 1) - edges.get(bin);
        }

        @Override
        public double logRatio(double u) {
            double below = 0;
            int bin = 0;
            while (bin < probabilities.size() - 1 && below + probabilities.get(bin) <= u) {
                below += probabilities.get(bin);
                bin++;
            }
            double share = probabilities.get(bin) == 0 ? 0 : Math.min(1, (u - below) / probabilities.get(bin));
            return edges.get(bin) + share * width(bin);
        }

        @Override
        public double cdf(double rho) {
            double below = 0;
            for (int bin = 0; bin < probabilities.size(); bin++) {
                below += probabilities.get(bin) * Math.min(1, Math.max(0, (rho - edges.get(bin)) / width(bin)));
            }
            return below;
        }

        @Override
        public double density(double rho) {
            for (int bin = 0; bin < probabilities.size(); bin++) {
                boolean last = bin == probabilities.size() - 1;
                if (rho >= edges.get(bin) && (rho < edges.get(bin + 1) || last && rho == edges.get(bin + 1))) {
                    return probabilities.get(bin) / width(bin);
                }
            }
            return 0;
        }
    }

    private static List<Double> shares(List<Double> weights, String what) {
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        if (!(sum > 0 && Double.isFinite(sum) && weights.stream().allMatch(weight -> weight >= 0))) {
            throw new IllegalArgumentException(what + " must be at least 0 with a positive, finite sum, got " + weights);
        }
        // What sums to 1 stays as it is, so that a law that is read back is the one that was written.
        return Math.abs(sum - 1) < ROUNDING ? List.copyOf(weights) : weights.stream().map(weight -> weight / sum).toList();
    }

    private static void checkFinite(String what, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(what + " must be finite, got " + value);
        }
    }

    private static void checkPositive(String what, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(what + " must be positive and finite, got " + value);
        }
    }
}
