package io.github.diffusion4j.samplers.grids;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How fast the estimate of the data bends along fine runs: the mean square of its derivative in half log-SNR lambda at each level. Values of runs add up, {@link #plus}, so that runs may be made one by
 * one, anywhere and in any order.
 *
 * @param derivative which derivative, 1 or 2
 * @param halfLogSnr the levels
 * @param squares for each the sum of squares over all numbers of all runs
 * @param numbers how many numbers
 */
public record Roughness(int derivative, List<Double> halfLogSnr, List<Double> squares, long numbers) implements Serializable {

    private static final long serialVersionUID = 1;
    /** Levels over which squares are averaged: the difference of estimates in single precision is rough itself. */
    private static final int WINDOW = 2;
    private static final double FLOOR = 1e-6;

    /** Copies the lists. */
    public Roughness {
        halfLogSnr = List.copyOf(halfLogSnr);
        squares = List.copyOf(squares);
        if (halfLogSnr.size() != squares.size() || halfLogSnr.size() < 2 || numbers < 1) {
            throw new IllegalArgumentException("there are as many sums as levels, at least two, of at least one number, got " + squares.size() + ", " + halfLogSnr.size() + " and " + numbers);
        }
    }

    /**
     * With other runs on the same levels.
     *
     * @param other what they measured
     * @return of all runs
     * @throws IllegalArgumentException if levels or derivatives differ
     */
    public Roughness plus(Roughness other) {
        if (derivative != other.derivative || !halfLogSnr.equals(other.halfLogSnr)) {
            throw new IllegalArgumentException("runs on other levels, or of another derivative, do not add up");
        }
        return new Roughness(derivative, halfLogSnr, IntStream.range(0, squares.size()).mapToObj(i -> squares.get(i) + other.squares.get(i)).toList(), numbers + other.numbers);
    }

    /**
     * The grid that spreads the local error evenly. A step of length h of a method of order k has the error {@code C h^(k+1) |D^(k)|} there and about {@code alpha(s) = (1 + s^2)^(-1/2)} times that at the
     * end of the run, {@code s = sigma / alpha}; the sum over a given number of steps is least where {@code h} is proportional to {@code (alpha(s) rms D^(k))^(-1/(k+1))}.
     *
     * @param fromNoisiest whether the first step starts at the schedule's noisiest level, {@link GridFit#fromNoisiest}
     * @return the grid
     */
    public FittedGrid grid(boolean fromNoisiest) {
        double[] density = density();
        List<Double> shares = new ArrayList<>(List.of(0.0));
        for (int i = 1; i < density.length; i++) {
            shares.add(shares.get(i - 1) + (density[i - 1] + density[i]) / 2 * (halfLogSnr.get(i) - halfLogSnr.get(i - 1)));
        }
        double whole = shares.get(shares.size() - 1);
        return new FittedGrid(fromNoisiest, halfLogSnr, shares.stream().map(share -> share / whole).toList(), Map.of());
    }

    private double[] density() {
        int n = squares.size();
        double[] weighted = IntStream.range(0, n).mapToDouble(i -> squares.get(i) / numbers / (1 + Math.exp(-2 * halfLogSnr.get(i)))).toArray();
        double[] error = IntStream.range(0, n).mapToDouble(i -> Math.sqrt(Arrays.stream(weighted, Math.max(0, i - WINDOW), Math.min(n, i + WINDOW + 1)).average().orElseThrow())).toArray();
        double floor = FLOOR * DoubleStream.of(error).max().orElseThrow();
        if (!(floor > 0 && Double.isFinite(floor))) {
            throw new IllegalStateException("the estimates of these runs do not change, or are not finite; there is nothing to fit to");
        }
        return DoubleStream.of(error).map(e -> Math.pow(Math.max(e, floor), 1.0 / (derivative + 1))).toArray();
    }
}
