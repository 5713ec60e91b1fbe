package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Losses by noise level: sums over bins of {@code rho = ln(sigma / alpha)}, as a value. States of several workers are {@link #merged}; old losses fade by {@link #faded}. One state serves for a
 * plot, for a draw that spends more on levels with larger losses, and for the normaliser of EDM2.
 *
 * @param edges the edges of the bins, ascending and finite; what lies outside belongs to the first or the last bin
 * @param counts for each bin how many losses it has seen
 * @param sums for each bin the sum of its losses
 * @param squares for each bin the sum of their squares
 */
public record LossByLevel(List<Double> edges, List<Double> counts, List<Double> sums, List<Double> squares) implements Serializable {

    /** Checks the bins. */
    public LossByLevel {
        edges = List.copyOf(edges);
        counts = List.copyOf(counts);
        sums = List.copyOf(sums);
        squares = List.copyOf(squares);
        int bins = edges.size() - 1;
        boolean ascending = bins >= 1;
        for (int i = 0; i <= bins && ascending; i++) {
            ascending = Double.isFinite(edges.get(i)) && (i == 0 || edges.get(i) > edges.get(i - 1));
        }
        if (!ascending || counts.size() != bins || sums.size() != bins || squares.size() != bins) {
            throw new IllegalArgumentException("losses by level need ascending, finite edges and one sum for each bin between them, got edges " + edges + " and " + counts.size() + ", "
                    + sums.size() + " and " + squares.size() + " sums");
        }
    }

    /**
     * No losses yet, in bins of equal width.
     *
     * @param lowest the lowest sigma / alpha, above 0
     * @param highest the highest sigma / alpha, above the lowest
     * @param bins the number of bins, at least 1
     * @return the state
     */
    public static LossByLevel empty(double lowest, double highest, int bins) {
        if (!(lowest > 0 && highest > lowest && Double.isFinite(highest) && bins >= 1)) {
            throw new IllegalArgumentException("bins lie between two levels above 0, the lower one first, got " + bins + " bins from " + lowest + " to " + highest);
        }
        double from = Math.log(lowest);
        double width = (Math.log(highest) - from) / bins;
        List<Double> none = Collections.nCopies(bins, 0.0);
        return new LossByLevel(IntStream.rangeClosed(0, bins).mapToObj(i -> from + i * width).toList(), none, none, none);
    }

    /**
     * The state after a batch.
     *
     * @param levels the noise level of each sample
     * @param losses the unweighted loss of each, finite and at least 0
     * @return the next state
     * @throws IllegalArgumentException if there is not a loss for each level, or a loss cannot be used, naming it
     */
    public LossByLevel with(List<NoiseLevel> levels, double... losses) {
        if (levels.size() != losses.length) {
            throw new IllegalArgumentException("each level needs a loss, got " + levels.size() + " levels and " + losses.length + " losses");
        }
        List<Double> n = new ArrayList<>(counts);
        List<Double> s = new ArrayList<>(sums);
        List<Double> q = new ArrayList<>(squares);
        for (int i = 0; i < losses.length; i++) {
            if (!(losses[i] >= 0 && Double.isFinite(losses[i] * losses[i]))) {
                throw new IllegalArgumentException("loss " + losses[i] + " of sample " + i + " cannot be used; losses are at least 0, and their squares finite");
            }
            int bin = bin(-levels.get(i).lambda());
            n.set(bin, n.get(bin) + 1);
            s.set(bin, s.get(bin) + losses[i]);
            q.set(bin, q.get(bin) + losses[i] * losses[i]);
        }
        return new LossByLevel(edges, n, s, q);
    }

    private int bin(double rho) {
        int found = Collections.binarySearch(edges, rho);
        int bin = found >= 0 ? found : -found - 2;
        return Math.max(0, Math.min(counts.size() - 1, bin));
    }

    /**
     * The sums of both states.
     *
     * @param other a state with the same bins
     * @return the state of all losses
     */
    public LossByLevel merged(LossByLevel other) {
        if (!edges.equals(other.edges)) {
            throw new IllegalArgumentException("only states with the same bins can be merged, got " + edges + " and " + other.edges);
        }
        return new LossByLevel(edges, sum(counts, other.counts), sum(sums, other.sums), sum(squares, other.squares));
    }

    private static List<Double> sum(List<Double> one, List<Double> other) {
        return IntStream.range(0, one.size()).mapToObj(i -> one.get(i) + other.get(i)).toList();
    }

    /**
     * The state in which what was seen counts less, so that a running mean forgets.
     *
     * @param factor by which all sums are multiplied, in [0, 1]
     * @return the state
     */
    public LossByLevel faded(double factor) {
        if (!(factor >= 0 && factor <= 1)) {
            throw new IllegalArgumentException("losses fade by a factor in [0, 1], got " + factor);
        }
        return new LossByLevel(edges, times(counts, factor), times(sums, factor), times(squares, factor));
    }

    private static List<Double> times(List<Double> values, double factor) {
        return values.stream().map(value -> factor * value).toList();
    }

    /**
     * The mean loss of a bin.
     *
     * @param bin from 0
     * @return the mean, NaN if the bin has seen nothing
     */
    public double mean(int bin) {
        return sums.get(bin) / counts.get(bin);
    }

    /**
     * The root of the mean square of a bin's losses.
     *
     * @param bin from 0
     * @return the root mean square, NaN if the bin has seen nothing
     */
    public double rootMeanSquare(int bin) {
        return Math.sqrt(squares.get(bin) / counts.get(bin));
    }

    /**
     * The draw that estimates the sum of losses with the least variance, {@code p ~ sqrt(E[loss^2 | rho])}, mixed with a uniform one. Bins that have seen nothing are drawn like the mean of the others.
     *
     * @param uniformShare the share of the uniform draw, in (0, 1]
     * @return the law
     */
    public LevelDraw draw(double uniformShare) {
        if (!(uniformShare > 0 && uniformShare <= 1)) {
            throw new IllegalArgumentException("the uniform share lies in (0, 1], so that no level is forgotten, got " + uniformShare);
        }
        int bins = counts.size();
        double mean = IntStream.range(0, bins).filter(i -> counts.get(i) > 0).mapToDouble(this::rootMeanSquare).average().orElse(1);
        double[] density = IntStream.range(0, bins).mapToDouble(i -> counts.get(i) > 0 ? rootMeanSquare(i) : mean).toArray();
        double all = IntStream.range(0, bins).mapToDouble(i -> density[i] * width(i)).sum();
        double span = edges.get(bins) - edges.get(0);
        return LevelDraw.histogram(edges, IntStream.range(0, bins)
                .mapToObj(i -> width(i) * ((all > 0 ? (1 - uniformShare) * density[i] / all : 0) + uniformShare / span)).toList());
    }

    private double width(int bin) {
        return edges.get(bin + 1) - edges.get(bin);
    }

    /**
     * A weight divided by the mean loss at the level: what EDM2's learned log-variance u tends to, {@code e^u = E[loss]} (Karras et al., arXiv:2312.02696, equation 15). The losses are those
     * with the weight that is divided.
     *
     * @param weight the weight of the losses that were seen
     * @return the normalised weight; where nothing was seen, the weight itself
     */
    public LossWeight normalised(LossWeight weight) {
        return new Normalised(this, weight);
    }

    /** A weight divided by mean losses. */
    record Normalised(LossByLevel losses, LossWeight weight) implements LossWeight {

        private static final long serialVersionUID = 1;

        @Override
        public double weight(NoiseLevel level, Parameterization parameterization) {
            int bin = losses.bin(-level.lambda());
            double mean = losses.counts.get(bin) > 0 ? losses.mean(bin) : 1;
            return weight.weight(level, parameterization) / (mean > 0 ? mean : 1);
        }
    }
}
