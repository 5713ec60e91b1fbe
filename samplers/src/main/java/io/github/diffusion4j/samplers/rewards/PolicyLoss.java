package io.github.diffusion4j.samplers.rewards;

import io.github.diffusion4j.core.plan.Reduction;
import io.github.diffusion4j.core.plan.Regression;
import io.github.diffusion4j.core.plan.StepDistribution;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The loss of a policy on one step of each row, and what it says of the log-probabilities: the mean over rows has the gradient of {@code mean of -coefficient * log p}, which
 * {@link StepDistribution#regression} turns into a target and a weight for the network's output.
 *
 * <pre>{@code
 *   double[] now = step.logProb(next, Reduction.MEAN);
 *   PolicyLoss loss = PolicyLoss.clipped(now, old, Advantages.limited(5, advantages), 1e-4);
 *   Regression<INDArray> labels = loss.regression(step, output, next, Reduction.MEAN);
 * }</pre>
 *
 * @param ratios the importance ratio {@code exp(log p - log p_old)} of each row; 1 where the loss knows no old policy
 * @param values the loss of each row
 * @param coefficients {@code -dvalue / dlog p} of each row
 */
public record PolicyLoss(double[] ratios, double[] values, double[] coefficients) {

    /**
     * The clipped loss of PPO, DDPO and the family of GRPO,
     * <pre>
     *   max(-A r, -A clip(r, 1 - c, 1 + c)),      r = exp(log p - log p_old)
     *   coefficient = A r,  0 where the clipped one is the larger: A above 0 and r above 1 + c, or A below 0 and r below 1 - c
     * </pre>
     * Source: Schulman et al., arXiv:1707.06347, equation 7; Black et al., DDPO, arXiv:2305.13301.
     *
     * @param logProb the log-probability of each row now
     * @param old that of each row when it was drawn, of the same reduction
     * @param advantages the advantage A of each row
     * @param range the clip range c, at least 0: 1e-4 in published code, which takes the mean over elements
     * @return the loss
     * @throws IllegalArgumentException if lengths differ, the range is negative, or a number or ratio is not finite, naming the row
     */
    public static PolicyLoss clipped(double[] logProb, double[] old, double[] advantages, double range) {
        if (!(range >= 0 && Double.isFinite(range))) {
            throw new IllegalArgumentException("a clip range is at least 0 and finite, got " + range);
        }
        checkLike("old log-probabilities", old, logProb);
        checkLike("advantages", advantages, logProb);
        double[] ratios = each(logProb.length, row -> ratio(row, logProb[row], old[row]));
        double[] values = each(ratios.length, row -> -Math.min(advantages[row] * ratios[row], advantages[row] * Math.max(1 - range, Math.min(1 + range, ratios[row]))));
        double[] coefficients = each(ratios.length, row -> isClipped(ratios[row], advantages[row], range) ? 0 : advantages[row] * ratios[row]);
        return new PolicyLoss(ratios, values, coefficients);
    }

    /**
     * REINFORCE, the loss without an old policy: {@code -A log p}, coefficient A. At the policy that drew the samples its gradient is that of the clipped loss. Source: Williams, 1992; DDPO's
     * score-function estimator, arXiv:2305.13301, equation 3.
     *
     * @param logProb the log-probability of each row
     * @param advantages the advantage A of each row
     * @return the loss
     * @throws IllegalArgumentException if lengths differ or a number is not finite, naming the row
     */
    public static PolicyLoss reinforce(double[] logProb, double[] advantages) {
        checkLike("advantages", advantages, logProb);
        return new PolicyLoss(each(logProb.length, row -> 1), each(logProb.length, row -> -advantages[row] * logProb[row]), advantages.clone());
    }

    private static boolean isClipped(double ratio, double advantage, double range) {
        return advantage > 0 && ratio > 1 + range || advantage < 0 && ratio < 1 - range;
    }

    private static double ratio(int row, double now, double old) {
        double ratio = Math.exp(now - old);
        if (!Double.isFinite(ratio)) {
            throw new IllegalArgumentException("the importance ratio of row " + row + " is " + ratio + ": its log-probability is " + now + " and was " + old + "; take the mean over elements for both, or "
                    + "leave out what the policy has moved so far from");
        }
        return ratio;
    }

    static void checkLike(String what, double[] numbers, double[] logProb) {
        if (numbers.length != logProb.length) {
            throw new IllegalArgumentException("got " + numbers.length + " " + what + " for " + logProb.length + " log-probabilities");
        }
        for (int row = 0; row < numbers.length; row++) {
            if (!Double.isFinite(numbers[row]) || !Double.isFinite(logProb[row])) {
                throw new IllegalArgumentException("row " + row + " has " + what + " " + numbers[row] + " beside a log-probability of " + logProb[row] + "; both must be finite");
            }
        }
    }

    static double[] each(int rows, java.util.function.IntToDoubleFunction value) {
        return IntStream.range(0, rows).mapToDouble(value).toArray();
    }

    /**
     * The mean of the rows' losses.
     *
     * @return the loss
     */
    public double value() {
        return Arrays.stream(values).average().orElse(0);
    }

    /**
     * DDPO's estimate of how far the policy has moved, half the mean square of the log ratios.
     *
     * @return the estimate, in nats of the reduction
     */
    public double approximateKl() {
        return 0.5 * Arrays.stream(ratios).map(Math::log).map(log -> log * log).average().orElse(0);
    }

    /**
     * The share of rows whose ratio is further from 1 than the clip range, on either side, as the code counts them.
     *
     * @param range the clip range
     * @return the share, 0 to 1
     */
    public double clipFraction(double range) {
        return Arrays.stream(ratios).filter(ratio -> Math.abs(ratio - 1) > range).count() / (double) ratios.length;
    }

    /**
     * The loss of each row as a weighted squared error of the network's output.
     *
     * @param <A> the array of a library
     * @param step the distribution of the step now
     * @param output the network's output that it was made of
     * @param next the sample after the step
     * @param reduction of the log-probabilities
     * @return target and weights
     */
    public <A> Regression<A> regression(StepDistribution<A> step, A output, A next, Reduction reduction) {
        return step.regression(output, next, reduction, coefficients);
    }
}
