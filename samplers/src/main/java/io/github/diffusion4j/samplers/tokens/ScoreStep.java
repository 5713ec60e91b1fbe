package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.tokens.Redrawing;
import java.util.Arrays;

/**
 * A step by scores {@code s_k = p_t(x with k) / p_t(x)} (SEDD, Lou et al., arXiv:2310.16834), whose logarithms the network gives. With {@code D = sigma_t - sigma_s}:
 * <pre>
 *   analytic, a mask:     k: (e^D - 1) s_k,                         mask: what is left of 1
 *   analytic, uniform:    k: (e^D s_k + (1 - e^D) mean s) (e^-D [k = x] + (1 - e^-D) / V)
 *   Euler:                k: h s_k, over uniform noise / V;         x: what is left of 1;     h = (t - s) sigma'(t)
 * </pre>
 * Tokens that are not masked stay where there is a mask. A run's last step ends without masks.
 *
 * @param label what the network is told
 * @param mask the mask's token, -1 for uniform noise
 * @param euler whether by Euler's method
 * @param amount D, or h
 * @param last whether this is the last step, after which no mask is left
 */
record ScoreStep(double label, int mask, boolean euler, double amount, boolean last) implements Redrawing {

    /** The mask is a class of the network, or behind them. */
    @Override
    public TokenDraw draw() {
        return new TokenDraw(TokenDraw.Purpose.CANDIDATE, TokenDraw.Kind.CATEGORICAL, true, 1, 0);
    }

    @Override
    public Rule rule(int classes) {
        if (mask > classes) {
            throw new IllegalArgumentException("the network has " + classes + " classes; the mask is one of them or the token behind them, got " + mask);
        }
        return (token, logs) -> {
            double[] weights = new double[classes + 1];
            if (mask >= 0 && token != mask) {
                weights[token] = 1;
                return weights;
            }
            for (int k = 0; k < classes; k++) {
                weights[k] = k == mask ? 0 : k == token ? 1 : Math.exp(logs[k]);
            }
            return mask >= 0 ? unmasked(weights) : euler ? moved(weights, token, classes) : carriedBack(weights, token, classes);
        };
    }

    private double[] unmasked(double... scores) {
        double factor = euler ? amount : Math.expm1(amount);
        double sum = 0;
        for (int k = 0; k < scores.length; k++) {
            scores[k] *= factor;
            sum += scores[k];
        }
        scores[mask] = last ? 0 : Math.max(0, 1 - sum);
        return scores;
    }

    private double[] moved(double[] scores, int token, int classes) {
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            scores[k] *= k == token ? 0 : amount / classes;
            sum += scores[k];
        }
        scores[token] = Math.max(0, 1 - sum);
        return scores;
    }

    /** Scores that are off may ask for less than nothing, which is never drawn. */
    private double[] carriedBack(double[] scores, int token, int classes) {
        double all = Arrays.stream(scores).sum() / classes;
        double survives = Math.exp(-amount);
        for (int k = 0; k < classes; k++) {
            double back = Math.exp(amount) * scores[k] - Math.expm1(amount) * all;
            scores[k] = Math.max(0, back) * ((k == token ? survives : 0) + (1 - survives) / classes);
        }
        return scores;
    }
}
