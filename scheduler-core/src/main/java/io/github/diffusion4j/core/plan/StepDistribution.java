package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.ArrayPass;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Moments;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Samples;
import io.github.diffusion4j.core.kernel.Term;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The distribution of the sample after a network evaluation, given what the run knew before: for every solver whose noise is added by the step it is a Gaussian,
 * <pre>
 *   x' = A x + B u + (anchor, earlier predictions) + s z      is      N(mean, s^2),   mean = the step without its noise
 * </pre>
 * with u the network's output. Policy gradients, divergences from a reference policy and preferences over trajectories follow from mean, s and B alone. {@link Runs#distribution} gives it for a
 * step, {@link #of(Arrays, Rows, Object, double...)} for a mean and a deviation of one's own. All results are one number for each row. A step without noise has deviation 0: its mean is there, and a
 * log-probability is refused.
 *
 * <pre>{@code
 *   StepDistribution<INDArray> step = plan.distribution(i, output, state);
 *   double[] now = step.logProb(next.sample(), Reduction.MEAN);
 * }</pre>
 *
 * @param <A> the array of a library
 */
public final class StepDistribution<A> implements AutoCloseable {

    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    private final Arrays<A> arrays;
    private final Rows rows;
    private final A mean;
    /** One for each row; the largest where the variance is learned, which {@link #learned} has. */
    private final double[] deviations;
    private final Optional<A> learned;
    /** For each branch and row the weight of the output in the mean. */
    private final double[][] slopes;
    private final String bent;

    private StepDistribution(Arrays<A> arrays, Rows rows, A mean, double[] deviations, Optional<A> learned, double[][] slopes, String bent) {
        this.arrays = arrays;
        this.rows = rows;
        this.mean = mean;
        this.deviations = deviations;
        this.learned = learned;
        this.slopes = slopes;
        this.bent = bent;
    }

    /**
     * A Gaussian of one's own.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param rows what has a deviation of its own
     * @param mean the mean; not copied, and closed with the distribution
     * @param deviations the standard deviation, at least 0, one for all rows or one for each
     * @return the distribution, whose mean depends on no network
     * @throws IllegalArgumentException if a deviation is negative or not finite, or there is another number of them
     */
    public static <A> StepDistribution<A> of(Arrays<A> arrays, Rows rows, A mean, double... deviations) {
        int count = rows.count(arrays.shape(mean));
        double[] each = deviations.length == 1 ? IntStream.range(0, count).mapToDouble(row -> deviations[0]).toArray() : deviations.clone();
        RowNumbers.check("standard deviations", count, each);
        if (java.util.Arrays.stream(each).anyMatch(deviation -> deviation < 0)) {
            throw new IllegalArgumentException("standard deviations are at least 0, got " + java.util.Arrays.toString(each));
        }
        return new StepDistribution<>(arrays, rows, mean, each, Optional.empty(), new double[1][count], "");
    }

    /** What a run gives: one transition for all rows, or one for each. If it fails, the mean is closed. */
    static <A> StepDistribution<A> of(Runs<A> runs, A mean, List<A> outputs, List<Transition> transitions) {
        try {
            return made(runs, mean, outputs, transitions);
        } catch (RuntimeException e) {
            runs.arrays().close(mean);
            throw e;
        }
    }

    private static <A> StepDistribution<A> made(Runs<A> runs, A mean, List<A> outputs, List<Transition> transitions) {
        Arrays<A> arrays = runs.arrays();
        int count = runs.rows().count(arrays.shape(mean));
        List<Transition> each = IntStream.range(0, count).mapToObj(row -> transitions.get(transitions.size() == 1 ? 0 : row)).toList();
        Transition first = each.get(0);
        double[][] slopes = new double[first.slopes().length][count];
        double[] deviations = new double[count];
        for (int row = 0; row < count; row++) {
            deviations[row] = each.get(row).learned() ? Double.NaN : each.get(row).deviation(0);
            for (int branch = 0; branch < slopes.length; branch++) {
                slopes[branch][row] = each.get(row).slopes()[branch];
            }
        }
        String bent = each.stream().map(Transition::bent).filter(reason -> !reason.isEmpty()).findFirst().orElse("");
        boolean learns = each.stream().anyMatch(Transition::learned);
        Optional<A> learned = learns ? Optional.of(learned(runs, mean, outputs.get(0), each)) : Optional.empty();
        return new StepDistribution<>(arrays, runs.rows(), mean, deviations, learned, slopes, bent);
    }

    private static <A> A learned(Runs<A> runs, A mean, A output, List<Transition> each) {
        Arrays<A> arrays = runs.arrays();
        long channels = arrays.shape(mean)[1];
        A deviation = arrays.make(arrays.type(mean).computed(), arrays.shape(mean));
        A variance = arrays.part(output, 1, channels, 2 * channels);
        ArrayPass<A> pass = new ArrayPass<>(arrays, runs.rows(), 2);
        try {
            pass.onRows(variance, false, values -> pass.onRows(deviation, true, host -> Samples.apply(host, values, row -> (before, v) -> each.get(row).deviation(v))));
            return deviation;
        } catch (RuntimeException e) {
            arrays.close(deviation);
            throw e;
        } finally {
            arrays.release(variance);
        }
    }

    /**
     * The mean: what the step gives where its noise is 0.
     *
     * @return the array, of the sample's shape and type, open until the distribution is closed
     */
    public A mean() {
        return mean;
    }

    /**
     * The standard deviation of each row.
     *
     * @return one for each row, 0 where the step adds no noise
     * @throws IllegalStateException if the network learns the variance, where each element has its own ({@link #learnedDeviation})
     */
    public double[] deviations() {
        if (learned.isPresent()) {
            throw new IllegalStateException("the network learns the variance of this step, so that each element has a deviation of its own; take learnedDeviation()");
        }
        return deviations.clone();
    }

    /**
     * The standard deviation of each element, where the network learns the variance.
     *
     * @return the array, of the sample's shape, open until the distribution is closed; empty where a row has one deviation
     */
    public Optional<A> learnedDeviation() {
        return learned;
    }

    /**
     * The weight B of the network's output in the mean: {@code d mean / d u}, the same for all elements of a row. Where guidance has known weights, that of the first branch's output.
     *
     * @return one for each row
     * @throws IllegalStateException if the mean is no linear function of the output, with the reason
     */
    public double[] outputWeights() {
        return outputWeights(0);
    }

    /**
     * The weight of a branch's output in the mean.
     *
     * @param branch the branch, from 0, in the order in which the evaluation asks for them
     * @return one for each row
     * @throws IllegalStateException if the mean is no linear function of the outputs, with the reason
     * @throws IllegalArgumentException if there is no such branch
     */
    public double[] outputWeights(int branch) {
        if (!bent.isEmpty()) {
            throw new IllegalStateException(bent + ", so that the mean is no linear function of the network's output and no single weight says how it depends on it; leave that out of the policy, or "
                    + "take the gradient of logProb through it yourself");
        }
        if (branch < 0 || branch >= slopes.length) {
            throw new IllegalArgumentException("the evaluation has branches 0 to " + (slopes.length - 1) + ", got " + branch);
        }
        return slopes[branch].clone();
    }

    /**
     * The log-probability of a sample, in nats:
     * <pre>
     *   sum, or mean, over elements of  -(x' - mean)^2 / (2 s^2) - ln s - ln(2 pi) / 2
     * </pre>
     *
     * @param next the sample x' after the evaluation, of the mean's shape and type
     * @param reduction {@link Reduction#SUM} for the log-density of the row, {@link Reduction#MEAN} for what published policy code calls the log-probability
     * @return one for each row
     * @throws IllegalStateException if the step adds no noise, so that the sample has no density
     */
    public double[] logProb(A next, Reduction reduction) {
        checkLike(next, "the sample");
        checkNoisy(deviations, "a log-probability");
        if (learned.isPresent()) {
            return reduced(reduction, summed(values -> {
                double z = (values[0] - values[1]) / values[2];
                return -0.5 * z * z - Math.log(values[2]) - HALF_LOG_TWO_PI;
            }, List.of(next, mean, learned.get())));
        }
        return reduced(reduction, squares(next, (row, square) -> -square / (2 * deviations[row] * deviations[row]) - elements() * (Math.log(deviations[row]) + HALF_LOG_TWO_PI)));
    }

    /**
     * The importance ratio of this distribution to an earlier one at a sample, {@code exp(log p - log p_old)}.
     *
     * @param next the sample x' after the evaluation
     * @param oldLogProb the log-probability of each row when it was drawn, of the same reduction
     * @param reduction sum or mean over elements; with {@link Reduction#MEAN} the d-th root of the ratio
     * @return one for each row
     * @throws IllegalStateException if the step adds no noise
     */
    public double[] ratios(A next, double[] oldLogProb, Reduction reduction) {
        double[] ratios = logProb(next, reduction);
        RowNumbers.check("old log-probabilities", ratios.length, oldLogProb);
        java.util.Arrays.setAll(ratios, row -> Math.exp(ratios[row] - oldLogProb[row]));
        return ratios;
    }

    /**
     * The Kullback-Leibler divergence of this distribution from another, {@code KL(this || other)}, in nats:
     * <pre>
     *   sum, or mean, over elements of  ln(s2 / s1) + (s1^2 + (m1 - m2)^2) / (2 s2^2) - 1/2
     * </pre>
     * which is {@code |m1 - m2|^2 / (2 s^2)} where the deviations agree. Flow-GRPO's first code divided by {@code 2 g^2} without the length of the step, and so had it too small by that.
     *
     * @param other the other distribution, of the same step
     * @param reduction sum or mean over elements
     * @return one for each row, at least 0
     * @throws IllegalStateException if a step adds no noise
     */
    public double[] kl(StepDistribution<A> other, Reduction reduction) {
        checkLike(other.mean, "the other mean");
        checkNoisy(deviations, "a divergence");
        checkNoisy(other.deviations, "a divergence");
        if (learned.isPresent() || other.learned.isPresent()) {
            try (Spread<A> one = spread(); Spread<A> two = other.spread()) {
                return reduced(reduction, summed(values -> {
                    double distance = (values[0] - values[1]) / values[3];
                    return 0.5 * distance * distance + ofDeviations(values[2], values[3]);
                }, List.of(mean, other.mean, one.array(), two.array())));
            }
        }
        return reduced(reduction, squares(other.mean, (row, square) -> square / (2 * other.deviations[row] * other.deviations[row])
                + elements() * ofDeviations(deviations[row], other.deviations[row])));
    }

    /** {@code ln(s2 / s1) + s1^2 / (2 s2^2) - 1/2}, with no cancellation where they are close. */
    private static double ofDeviations(double one, double two) {
        double excess = (one - two) / two;
        return excess - Math.log1p(excess) + 0.5 * excess * excess;
    }

    /**
     * The entropy, in nats: the sum, or mean, over elements of {@code ln(2 pi e s^2) / 2}.
     *
     * @param reduction sum or mean over elements
     * @return one for each row
     * @throws IllegalStateException if the step adds no noise
     */
    public double[] entropy(Reduction reduction) {
        checkNoisy(deviations, "an entropy");
        double[] sums = learned.isPresent() ? summed(values -> Math.log(values[0]) + HALF_LOG_TWO_PI + 0.5, List.of(learned.get()))
                : java.util.Arrays.stream(deviations).map(deviation -> elements() * (Math.log(deviation) + HALF_LOG_TWO_PI + 0.5)).toArray();
        return reduced(reduction, sums);
    }

    /**
     * A loss of log-probabilities as a weighted squared error of the network's output: what has, at the output u, the gradient of {@code -coefficient * log p(x')} with respect to u,
     * <pre>
     *   target = u + (x' - mean) / B,      weight = coefficient B^2 / (2 s^2)   (times d where log p is the sum over d elements)
     * </pre>
     * A policy's loss is one with {@code coefficient = advantage * ratio} where the ratio is not clipped and 0 where it is (REINFORCE: the advantage), a preference between trajectories with what
     * its loss says of each log-probability.
     *
     * @param output the output u of the first branch
     * @param next the sample x' after the evaluation
     * @param reduction of the log-probability that the coefficients are of
     * @param coefficients {@code -dLoss / dlog p} of each row
     * @return target and weights, the target to be closed
     * @throws IllegalStateException if the step adds no noise, the network learns its variance, or the mean is no linear function of the output, with the reason
     * @throws IllegalArgumentException if shapes or numbers do not fit, or the mean does not depend on the output
     */
    public Regression<A> regression(A output, A next, Reduction reduction, double... coefficients) {
        checkNoisy(deviations, "a policy gradient");
        return towards(output, next, reduction, deviations, coefficients);
    }

    /**
     * The penalty {@code coefficient * KL(this || reference)} as a weighted squared error of the network's output, with its gradient at the output u:
     * <pre>
     *   target = u + (m_reference - mean) / B,      weight = coefficient B^2 / (2 s_reference^2)   (times d for the sum over d elements)
     * </pre>
     *
     * @param output the output u of the first branch
     * @param reference the distribution of the same step under the reference network
     * @param reduction of the divergence
     * @param coefficients the factor of each row
     * @return target and weights, the target to be closed
     * @throws IllegalStateException as {@link #regression}
     * @throws IllegalArgumentException as {@link #regression}
     */
    public Regression<A> klRegression(A output, StepDistribution<A> reference, Reduction reduction, double... coefficients) {
        checkNoisy(reference.deviations, "a divergence");
        return towards(output, reference.mean, reduction, reference.deviations, coefficients);
    }

    private Regression<A> towards(A output, A goal, Reduction reduction, double[] spread, double... coefficients) {
        double[] slope = outputWeights();
        if (learned.isPresent() || java.util.Arrays.stream(spread).anyMatch(Double::isNaN)) {
            throw new IllegalStateException("the network learns the variance of this step, so that the loss also depends on its variance channels and is no squared error of its output; "
                    + "use a fixed variance for the policy");
        }
        checkLike(output, "the network's output");
        checkLike(goal, "the sample");
        RowNumbers.check("coefficients", slope.length, coefficients);
        double[] weights = new double[slope.length];
        double[] steps = new double[slope.length];
        double[] back = new double[slope.length];
        for (int row = 0; row < weights.length; row++) {
            if (slope[row] == 0) {
                throw new IllegalArgumentException("the mean of row " + row + " does not depend on the network's output: there is no gradient");
            }
            double ratio = slope[row] / spread[row];
            weights[row] = coefficients[row] * 0.5 * ratio * ratio * reduction.perMean(elements());
            steps[row] = 1 / slope[row];
            back[row] = -steps[row];
        }
        return Regression.towards(arrays, rows, List.of(new Term<>(output, 1), new Term<>(goal, steps), new Term<>(mean, back)), weights);
    }

    private int elements() {
        long length = 1;
        for (long size : arrays.shape(mean)) {
            length *= size;
        }
        return Math.toIntExact(length / deviations.length);
    }

    private double[] reduced(Reduction reduction, double... sums) {
        return java.util.Arrays.stream(sums).map(sum -> reduction.of(sum, elements())).toArray();
    }

    private interface OfSquare {
        double at(int row, double square);
    }

    /** A function of the squared distance of each row of an array from the mean. */
    private double[] squares(A other, OfSquare function) {
        double[] results = new double[deviations.length];
        Moments[] moments = new ArrayPass<>(arrays, rows, 2).difference(other, mean);
        java.util.Arrays.setAll(results, row -> function.at(row, moments[row].product(0, 0)));
        return results;
    }

    private double[] summed(ToDoubleFunction<double[]> function, List<A> each) {
        double[][] sums = new double[1][];
        new ArrayPass<>(arrays, rows, 2).onRows(each, hosts -> sums[0] = Moments.summed(function, hosts.toArray(HostArray[]::new)));
        return sums[0];
    }

    /** A deviation for each element, in an array that is closed if it was made for this. */
    private record Spread<A>(Arrays<A> arrays, A array, boolean own) implements AutoCloseable {

        @Override
        public void close() {
            if (own) {
                arrays.close(array);
            }
        }
    }

    private Spread<A> spread() {
        if (learned.isPresent()) {
            return new Spread<>(arrays, learned.get(), false);
        }
        A array = arrays.make(arrays.type(mean).computed(), arrays.shape(mean));
        new ArrayPass<>(arrays, rows, 1).onRows(array, true, host -> Samples.apply(host, host, row -> of(deviations[row])));
        return new Spread<>(arrays, array, true);
    }

    private static DoubleBinaryOperator of(double deviation) {
        return (before, same) -> deviation;
    }

    private void checkLike(A array, String what) {
        Fit.checkOpen(arrays, array, what);
        if (arrays.type(array) != arrays.type(mean) || !java.util.Arrays.equals(arrays.shape(array), arrays.shape(mean))) {
            throw new IllegalArgumentException(what + " is " + Fit.describe(arrays, array) + " but the mean of the step is " + Fit.describe(arrays, mean) + "; both need the same shape and type");
        }
    }

    private static void checkNoisy(double[] deviations, String what) {
        for (int row = 0; row < deviations.length; row++) {
            if (deviations[row] == 0) {
                throw new IllegalStateException("the step of row " + row + " adds no noise: the sample after it has no density and " + what + " does not exist; leave this step out of the policy, or use a "
                        + "solver that adds noise in it");
            }
        }
    }

    /** Closes the mean, and the learned deviation. */
    @Override
    public void close() {
        arrays.close(mean);
        learned.ifPresent(arrays::close);
    }

    @Override
    public String toString() {
        return "StepDistribution[" + Fit.describe(arrays, mean) + ", " + (learned.isPresent() ? "learned deviation" : "deviations " + java.util.Arrays.toString(deviations)) + "]";
    }
}
