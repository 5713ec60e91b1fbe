package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.tokens.TokenLevel;
import io.github.diffusion4j.core.tokens.TokenPlan;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Tokens that survive by a schedule and are otherwise masked, or drawn anew where there is no mask: the process of MDLM, LLaDA and MaskGIT, and that of UDLM. Its transition probabilities have closed
 * forms, so that it costs nothing with many classes.
 *
 * @param survival the schedule
 * @param classes V, the network's classes
 * @param mask the mask's token, one of these or V; {@link TokenPlan#NO_MASK} for none
 */
public record Corruption(Survival survival, int classes, int mask) implements TokenForward {

    /**
     * Checks the mask.
     *
     * @throws IllegalArgumentException if the mask is no class and not the token behind them
     */
    public Corruption {
        if (classes < 2 || mask < TokenPlan.NO_MASK || mask > classes) {
            throw new IllegalArgumentException("the mask is one of at least two classes, the token behind them, or none (" + TokenPlan.NO_MASK + "), got " + mask + " for " + classes + " classes");
        }
    }

    /**
     * Tokens are masked.
     *
     * @param survival the schedule
     * @param classes V, the network's classes
     * @param mask the mask's token, one of these or V
     * @return the process
     */
    public static Corruption masking(Survival survival, int classes, int mask) {
        return new Corruption(survival, classes, mask);
    }

    /**
     * Tokens are drawn anew.
     *
     * @param survival the schedule
     * @param classes V
     * @return the process
     */
    public static Corruption uniform(Survival survival, int classes) {
        return new Corruption(survival, classes, TokenPlan.NO_MASK);
    }

    /**
     * What has become of a token at a time.
     *
     * @param time the time, 0 to 1; 0 is clean data, whatever the schedule keeps there
     * @return the level
     */
    public TokenLevel level(double time) {
        double alpha = time == 0 ? 1 : survival.alpha(time);
        return mask == TokenPlan.NO_MASK ? TokenLevel.uniform(alpha) : TokenLevel.masking(alpha);
    }

    /** The classes that are tokens. */
    private int real() {
        return mask >= 0 && mask < classes ? classes - 1 : classes;
    }

    @Override
    public int states() {
        return Math.max(classes, mask + 1);
    }

    @Override
    public double[] marginal(double time, double... weights) {
        TokenLevel level = level(time);
        double sum = Arrays.stream(weights).sum();
        double[] marginal = new double[states()];
        for (int k = 0; k < marginal.length; k++) {
            marginal[k] = k == mask ? level.masked() * sum : level.kept() * weights[k] + level.random() / real() * sum;
        }
        return marginal;
    }

    @Override
    public double[] expectation(double time, double... values) {
        TokenLevel level = level(time);
        double lost = mask == TokenPlan.NO_MASK ? level.random() / real() * Arrays.stream(values).sum() : level.masked() * values[mask];
        return Arrays.stream(values).map(value -> level.kept() * value + lost).toArray();
    }

    @Override
    public IntFunction<double[]> likelihood(double from, double to) {
        TokenLevel between = level(from).to(level(to));
        return token -> likelihood(between, token);
    }

    private double[] likelihood(TokenLevel between, int token) {
        double[] likelihood = new double[states()];
        for (int k = 0; k < likelihood.length; k++) {
            if (k == mask || token == mask) {
                likelihood[k] = token != mask ? 0 : k == mask ? 1 : between.masked();
            } else {
                likelihood[k] = (k == token ? between.kept() : 0) + between.random() / real();
            }
        }
        return likelihood;
    }

    @Override
    public int noised(int clean, double time, double uniform, int random) {
        return uniform < level(time).kept() ? clean : mask == TokenPlan.NO_MASK ? random : mask;
    }
}
