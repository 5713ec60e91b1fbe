package io.github.diffusion4j.core.random;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * torchsde's {@code BrownianTree} as k-diffusion's noise sampler uses it (tolerance 1e-6, pool of 24): a Brownian path over an interval of times, halved again and again,
 * with a PyTorch generator of its own for every half. A function of the times asked for, to the last bit and in any order.
 *
 * @param from where the path starts
 * @param to where it ends, after {@code from}
 * @param entropy the seed
 * @param type FLOAT32 or FLOAT64
 * @param size the number of elements
 */
public record TorchBrownianTree(double from, double to, long entropy, TorchType type, int size) implements Serializable {

    private static final int POOL = 24;
    private static final int DECIMALS = 6;

    /** Checks the interval. */
    public TorchBrownianTree {
        if (!(from < to && Double.isFinite(to - from))) {
            throw new IllegalArgumentException("a Brownian path needs from < to, both finite, got " + from + " and " + to);
        }
        if (type != TorchType.FLOAT32 && type != TorchType.FLOAT64) {
            throw new IllegalArgumentException("Brownian trees are float32 or float64, got " + type);
        }
    }

    /** A part of the path: its ends, its increment, and its place in the tree. */
    private record Node(double a, double b, double[] increment, long key, long depth) {}

    /**
     * The increment of the path, {@code W(until) - W(since)}.
     *
     * @param since a time of the path
     * @param until a later time of the path
     * @return the increment of each element
     * @throws IllegalArgumentException if a time lies beyond the path by more than times are rounded; torchsde takes the end instead, and its increment is too small
     */
    public double[] increment(double since, double until) {
        if (!(since <= until)) {
            throw new IllegalArgumentException("an increment needs since <= until, got " + since + " and " + until);
        }
        if (!(since >= from - rounding() && until <= to + rounding())) {
            throw new IllegalArgumentException("this Brownian path runs from " + from + " to " + to + ", asked for " + since + " to " + until
                    + "; make it from the lowest level above 0 to the highest of the run");
        }
        double[] sum = new double[size];
        int seed = new SeedSequence(entropy, List.of(), POOL).generateState(3)[0];
        double scale = type.round(Math.sqrt(to - from));
        double[] whole = randn(seed);
        for (int i = 0; i < size; i++) {
            whole[i] = type.round(whole[i] * scale);
        }
        collect(new Node(rounded(from), rounded(to), whole, 0, 0), rounded(Math.max(from, since)), rounded(Math.min(to, until)), sum);
        return sum;
    }

    /**
     * k-diffusion's noise: the increment over a stretch divided by the root of its length, rounded as there. The end may come before the start.
     *
     * @param start where the stretch starts
     * @param end where it ends
     * @return the noise of each element
     * @throws IllegalArgumentException if the stretch lies beyond the path, or has length 0 when its ends are rounded
     */
    public double[] noise(double start, double end) {
        if (rounded(start) == rounded(end)) {
            throw new IllegalArgumentException("times of this Brownian path are rounded to " + DECIMALS + " decimals, where the stretch from " + start + " to " + end + " has length 0");
        }
        double[] values = increment(Math.min(start, end), Math.max(start, end));
        double scale = type.round(Math.sqrt(type.round(Math.abs(end - start)))) * Math.signum(end - start);
        for (int i = 0; i < size; i++) {
            values[i] = type.round(values[i] / scale);
        }
        return values;
    }

    /** How far times are rounded: to decimals, and in single precision before they come here. */
    private double rounding() {
        return Math.max(Math.pow(10, -DECIMALS), Math.ulp((float) Math.max(Math.abs(from), Math.abs(to))));
    }

    private void collect(Node node, double since, double until, double[] sum) {
        if (since >= until) {
            return;
        }
        if (since <= node.a && until >= node.b) {
            for (int i = 0; i < size; i++) {
                sum[i] = type.round(sum[i] + node.increment[i]);
            }
            return;
        }
        double middle = rounded(0.5 * (node.b + node.a));
        Node left = left(node, middle);
        if (since < middle) {
            collect(left, since, Math.min(until, middle), sum);
        }
        if (until > middle) {
            collect(right(node, left), Math.max(since, middle), until, sum);
        }
    }

    /** The first half: a Brownian bridge between the ends. */
    private Node left(Node node, double middle) {
        double length = node.b - node.a;
        double before = middle - node.a;
        double weight = type.round(before);
        double inverse = type.round(1 / length);
        double deviation = type.round(Math.sqrt(before * (node.b - middle) / length));
        double[] noise = randn(new SeedSequence(entropy, List.of(node.key, node.depth), POOL).generateState(4)[0]);
        double[] increment = new double[size];
        for (int i = 0; i < size; i++) {
            double mean = type.round(type.round(weight * node.increment[i]) * inverse);
            increment[i] = type.round(mean + type.round(deviation * noise[i]));
        }
        return new Node(node.a, middle, increment, 2 * node.key, node.depth + 1);
    }

    private Node right(Node node, Node left) {
        double[] increment = new double[size];
        for (int i = 0; i < size; i++) {
            increment[i] = type.round(node.increment[i] - left.increment[i]);
        }
        return new Node(left.b, node.b, increment, 2 * node.key + 1, node.depth + 1);
    }

    private double[] randn(int seed) {
        return TorchGenerator.seeded(seed).randn(type, size).values();
    }

    /** Python's {@code round(x, 6)}: half to even of the exact value. */
    private static double rounded(double time) {
        return new BigDecimal(time).setScale(DECIMALS, RoundingMode.HALF_EVEN).doubleValue();
    }
}
