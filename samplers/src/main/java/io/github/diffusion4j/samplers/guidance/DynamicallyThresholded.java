package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import io.github.diffusion4j.core.kernel.HostArray;
import java.util.Arrays;
import java.util.List;

/**
 * Guidance at a high scale with the spread of a lower one (the Dynamic Thresholding extension of web interfaces): {@code A = u + scale (c - u)} is centred, brought to the size that
 * {@code M = u + mimic (c - u)} has around the means of its channels, and put back. Size is a deviation, or the largest magnitude of M and a quantile of A's, to which A is clamped.
 *
 * @param scale the scale
 * @param mimic the scale whose spread the result has
 * @param quantile the quantile of magnitudes, 1 for the largest
 * @param byChannel whether each channel is measured by itself, or each sample
 * @param aroundMean whether it is values less the mean of their channel that are sized, or values as they are
 * @param byDeviation whether size is the standard deviation, or the largest magnitude
 * @param phi how much of the result is taken, the rest is A
 */
public record DynamicallyThresholded(Scale scale, Scale mimic, double quantile, boolean byChannel, boolean aroundMean, boolean byDeviation, double phi) implements Guidance {

    @Override
    public Guide at(Place place) {
        double actual = scale.at(place);
        double target = mimic.at(place);
        return Guide.computed(Pair.BRANCHES, List.of(), List.of(), List.of(), (terms, out) -> apply(actual, target, terms.get(Pair.C), terms.get(Pair.U), out));
    }

    private void apply(double actual, double target, HostArray conditional, HostArray unconditional, HostArray out) {
        double[] c = conditional.values();
        double[] u = unconditional.values();
        double[] y = new double[c.length];
        int channels = out.rank() > 1 ? (int) out.size(1) : 1;
        int positions = c.length / out.samples() / channels;
        int group = byChannel ? positions : positions * channels;
        for (int from = 0; from < c.length; from += group) {
            double[] a = guided(c, u, actual, from, group);
            double[] m = guided(c, u, target, from, group);
            double[] means = means(a, positions);
            double[] centred = less(a, means, positions);
            double[] sized = sized(aroundMean ? centred : a, centred, less(m, means(m, positions), positions));
            for (int i = 0; i < group; i++) {
                double whole = u[from + i] + actual * (c[from + i] - u[from + i]);
                y[from + i] = phi * (sized[i] + (aroundMean ? means[i / positions] : 0)) + (1 - phi) * whole;
            }
        }
        out.fill(y);
    }

    private static double[] guided(double[] c, double[] u, double scale, int from, int count) {
        double[] values = new double[count];
        Arrays.setAll(values, i -> u[from + i] + scale * (c[from + i] - u[from + i]));
        return values;
    }

    /** The mean of each channel. */
    private static double[] means(double[] values, int positions) {
        double[] means = new double[values.length / positions];
        Arrays.setAll(means, channel -> Arrays.stream(values, channel * positions, (channel + 1) * positions).average().orElse(0));
        return means;
    }

    private static double[] less(double[] values, double[] means, int positions) {
        double[] less = new double[values.length];
        Arrays.setAll(less, i -> values[i] - means[i / positions]);
        return less;
    }

    /** Values at the size of m, both sizes taken around the mean. */
    private double[] sized(double[] values, double[] a, double[] m) {
        if (byDeviation) {
            double had = deviation(a);
            double wanted = deviation(m);
            return had == 0 ? values : Arrays.stream(values).map(value -> value / had * wanted).toArray();
        }
        double wanted = Arrays.stream(m).map(Math::abs).max().orElse(0);
        double limit = Math.max(wanted, quantile(a));
        return limit == 0 ? values : Arrays.stream(values).map(value -> Math.max(-limit, Math.min(limit, value)) / limit * wanted).toArray();
    }

    private static double deviation(double... values) {
        double mean = Arrays.stream(values).average().orElse(0);
        return values.length == 1 ? 0 : Math.sqrt(Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum() / (values.length - 1));
    }

    /** The quantile of magnitudes, linear between two of them. */
    private double quantile(double... values) {
        double[] sorted = Arrays.stream(values).map(Math::abs).sorted().toArray();
        double place = quantile * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
