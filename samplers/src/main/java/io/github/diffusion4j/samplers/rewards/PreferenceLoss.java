package io.github.diffusion4j.samplers.rewards;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * A preference between samples as signed weights of their errors: with {@code m} the mean squared error of the network's output for each sample,
 * <pre>
 *   dLoss / du  =  d/du  sum over samples of  weight * m
 * </pre>
 * so that the preferred sample is a regression with a weight above 0 and the other one with a weight below. Errors are listed as published code does: those of all preferred samples, then those of the
 * others in the same order; both samples of a pair share noise and time. What is said of eps holds for errors of velocities too (Flow-DPO).
 *
 * @param value the loss, a mean over pairs
 * @param weights the weight of each sample's mean squared error, already divided by the number of pairs
 */
public record PreferenceLoss(double value, double... weights) {

    /**
     * Diffusion-DPO (Wallace et al., arXiv:2311.12908, equation 14): with {@code (w)} preferred and {@code (l)} not,
     * <pre>
     *   -ln sigmoid(-beta/2 ((m_w - m_l) - (ref_w - ref_l))),      weights  +-beta/2 sigmoid(beta/2 (...))
     * </pre>
     * Diffusers' script for SD 1.5 has no 1/2: give it twice its beta.
     *
     * @param beta how far the network may leave the reference, above 0; 5000 in the paper
     * @param errors the mean squared errors of the network
     * @param references those of the reference network
     * @return loss and weights
     * @throws IllegalArgumentException if there are no pairs, numbers differ or beta is not above 0
     */
    public static PreferenceLoss diffusionDpo(double beta, double[] errors, double[] references) {
        checkBeta(beta);
        return ofLogits(errors, references, logit -> -logSigmoid(beta / 2 * logit), logit -> -beta / 2 * sigmoid(-beta / 2 * logit));
    }

    /**
     * The hinge loss on the same logit, {@code relu(1 - beta logit)} with {@code logit = (ref_w - ref_l) - (m_w - m_l)} (SLiC, Zhao et al., arXiv:2305.10425; Diffusers' script).
     *
     * @param beta the slope, above 0
     * @param errors the mean squared errors of the network
     * @param references those of the reference network
     * @return loss and weights
     * @throws IllegalArgumentException if there are no pairs, numbers differ or beta is not above 0
     */
    public static PreferenceLoss hinge(double beta, double[] errors, double[] references) {
        checkBeta(beta);
        return ofLogits(errors, references, logit -> Math.max(0, 1 - beta * logit), logit -> beta * logit < 1 ? -beta : 0);
    }

    /**
     * The loss of identity preference optimisation on the same logit, {@code (logit - 1 / (2 beta))^2} (Azar et al., arXiv:2310.12036, equation 17). Diffusers' script reads an argument that it does
     * not have and fails.
     *
     * @param beta where the preference is strong enough, above 0
     * @param errors the mean squared errors of the network
     * @param references those of the reference network
     * @return loss and weights
     * @throws IllegalArgumentException if there are no pairs, numbers differ or beta is not above 0
     */
    public static PreferenceLoss ipo(double beta, double[] errors, double[] references) {
        checkBeta(beta);
        return ofLogits(errors, references, logit -> square(logit - 1 / (2 * beta)), logit -> 2 * (logit - 1 / (2 * beta)));
    }

    /**
     * ORPO without a reference: the error of the preferred sample, and the odds that it is the smaller one,
     * <pre>
     *   mean of  m_w - beta ln sigmoid(m_l - m_w)
     * </pre>
     * (Hong et al., arXiv:2403.07691, with errors for negative log-likelihoods).
     *
     * @param beta the weight of the odds, above 0
     * @param errors the mean squared errors of the network
     * @return loss and weights
     * @throws IllegalArgumentException if there are no pairs or beta is not above 0
     */
    public static PreferenceLoss orpo(double beta, double... errors) {
        return orpo(beta, 1, errors);
    }

    /**
     * ORPO as Diffusers' script has it, with the sign of the odds wrong, {@code m_w - beta ln sigmoid(m_w - m_l)}: its weight of the other sample is above 0, so that training makes the rejected image
     * likelier.
     *
     * @param beta the weight of the odds, above 0
     * @param errors the mean squared errors of the network
     * @return loss and weights
     * @throws IllegalArgumentException if there are no pairs or beta is not above 0
     */
    public static PreferenceLoss orpoAsInDiffusers(double beta, double... errors) {
        return orpo(beta, -1, errors);
    }

    private static PreferenceLoss orpo(double beta, int sign, double... errors) {
        checkBeta(beta);
        int pairs = pairs(errors, errors);
        double[] weights = new double[errors.length];
        double value = 0;
        for (int pair = 0; pair < pairs; pair++) {
            double odds = sign * (errors[pairs + pair] - errors[pair]);
            value += (errors[pair] - beta * logSigmoid(odds)) / pairs;
            double slope = sign * beta * sigmoid(-odds) / pairs;
            weights[pair] = 1.0 / pairs + slope;
            weights[pairs + pair] = -slope;
        }
        return new PreferenceLoss(value, weights);
    }

    /** A loss of each pair's logit, {@code (ref_w - ref_l) - (m_w - m_l)}, and its derivative. */
    private static PreferenceLoss ofLogits(double[] errors, double[] references, DoubleUnaryOperator loss, DoubleUnaryOperator derivative) {
        int pairs = pairs(errors, references);
        double[] weights = new double[errors.length];
        double value = 0;
        for (int pair = 0; pair < pairs; pair++) {
            double logit = references[pair] - references[pairs + pair] - (errors[pair] - errors[pairs + pair]);
            value += loss.applyAsDouble(logit) / pairs;
            weights[pairs + pair] = derivative.applyAsDouble(logit) / pairs;
            weights[pair] = -weights[pairs + pair];
        }
        return new PreferenceLoss(value, weights);
    }

    private static int pairs(double[] errors, double[] references) {
        if (errors.length == 0 || errors.length % 2 != 0 || references.length != errors.length) {
            throw new IllegalArgumentException("preferences need the errors of all preferred samples, then of the others, and as many of the reference; got " + errors.length + " and "
                    + references.length);
        }
        for (double[] numbers : new double[][] {errors, references}) {
            if (!Arrays.stream(numbers).allMatch(Double::isFinite)) {
                throw new IllegalArgumentException("errors must be finite, got " + Arrays.toString(numbers));
            }
        }
        return errors.length / 2;
    }

    private static void checkBeta(double beta) {
        if (!(beta > 0 && Double.isFinite(beta))) {
            throw new IllegalArgumentException("beta must be above 0 and finite, got " + beta);
        }
    }

    static double square(double x) {
        return x * x;
    }

    static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    /** {@code ln sigmoid(x)}, finite for every x. */
    static double logSigmoid(double x) {
        return x >= 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
    }
}
