package io.github.diffusion4j.samplers.solvers;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * What {@link DpmSolverV3} knows of a network, by half log-SNR lambda: how much of its noise estimate is linear in the sample, and how large the rest is,
 * <pre>
 *   l(lambda) = mean of the diagonal of d(sigma eps^)/dx,   S(lambda) = ln rms f,   f = (sigma eps^ - l x) / alpha
 * </pre>
 * Between the levels both are linear, beyond them constant. A constant added to S changes nothing. One number for all elements of a sample; the paper has one for each element (Zheng et al.,
 * arXiv:2310.13268, equations 8 and 11).
 *
 * @param halfLogSnr the levels, ascending
 * @param linear l at each
 * @param logSize S at each
 */
public record ModelStatistics(List<Double> halfLogSnr, List<Double> linear, List<Double> logSize) implements Serializable {

    /** l = 1 and constant S, with which the solver is that of data prediction, DPM-Solver++. */
    public static final ModelStatistics DATA = new ModelStatistics(List.of(-1.0, 1.0), List.of(1.0, 1.0), List.of(0.0, 0.0));

    private static final long serialVersionUID = 1;

    /**
     * Checks the lists.
     *
     * @throws IllegalArgumentException if they are shorter than 2, differ in size, do not ascend or are not finite
     */
    public ModelStatistics {
        halfLogSnr = List.copyOf(halfLogSnr);
        linear = List.copyOf(linear);
        logSize = List.copyOf(logSize);
        int size = halfLogSnr.size();
        if (size < 2 || linear.size() != size || logSize.size() != size) {
            throw new IllegalArgumentException("statistics have as many values as levels, at least two, got " + size + " levels, " + linear.size() + " and " + logSize.size() + " values");
        }
        for (int i = 0; i < size; i++) {
            if (i > 0 && !(halfLogSnr.get(i - 1) < halfLogSnr.get(i)) || !Double.isFinite(halfLogSnr.get(i) + linear.get(i) + logSize.get(i))) {
                throw new IllegalArgumentException("levels of statistics ascend and all is finite, but at " + i + " are level " + halfLogSnr.get(i) + ", linear " + linear.get(i) + " and size " + logSize.get(i));
            }
        }
    }

    /**
     * With l = 0 and S = -lambda, with which the solver is that of noise prediction, DPM-Solver and DEIS.
     *
     * @param lowest the lowest half log-SNR of the runs
     * @param highest the highest
     * @return the statistics
     */
    public static ModelStatistics noise(double lowest, double highest) {
        return new ModelStatistics(List.of(lowest, highest), List.of(0.0, 0.0), List.of(-lowest, -highest));
    }

    double linear(double lambda) {
        return at(linear, lambda);
    }

    double logSize(double lambda) {
        return at(logSize, lambda);
    }

    private double at(List<Double> values, double lambda) {
        int after = 1;
        while (after + 1 < halfLogSnr.size() && halfLogSnr.get(after) < lambda) {
            after++;
        }
        double before = halfLogSnr.get(after - 1);
        double share = Math.min(1, Math.max(0, (lambda - before) / (halfLogSnr.get(after) - before)));
        return values.get(after - 1) + share * (values.get(after) - values.get(after - 1));
    }

    /** {@code integral_from^to l dlambda}. */
    double decay(double from, double to) {
        return inParts(from, to, (a, b) -> (linear(a) + linear(b)) / 2 * (b - a));
    }

    /** {@code integral_from^to f dlambda} of a function that is smooth between the levels. */
    double integral(double from, double to, DoubleUnaryOperator f) {
        return inParts(from, to, (a, b) -> GaussLegendre.integral(a, b, f));
    }

    private interface Part {
        double between(double a, double b);
    }

    private double inParts(double from, double to, Part part) {
        List<Double> ends = new ArrayList<>(List.of(from));
        halfLogSnr.stream().filter(level -> (level - from) * (level - to) < 0).sorted((a, b) -> from < to ? Double.compare(a, b) : Double.compare(b, a)).forEach(ends::add);
        ends.add(to);
        double sum = 0;
        for (int i = 0; i + 1 < ends.size(); i++) {
            sum += part.between(ends.get(i), ends.get(i + 1));
        }
        return sum;
    }
}
