package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.tokens.TokenPlan;
import java.util.Arrays;

/** From the logits of one position to probabilities of all states, and back to gradients. */
public final class Probabilities {

    private Probabilities() {}

    /**
     * Checks that a network has the classes of a process.
     *
     * @param forward the process
     * @param classes the network's classes
     * @throws IllegalArgumentException if it has others
     */
    public static void check(TokenForward forward, int classes) {
        boolean behind = forward.mask() == forward.states() - 1 && classes == forward.states() - 1;
        if (classes != forward.states() && !behind) {
            throw new IllegalArgumentException("the network has " + classes + " classes, but this process has " + forward.states() + " states"
                    + (forward.mask() == TokenPlan.NO_MASK ? "" : ", the mask " + forward.mask() + " included") + "; make the process for the network's classes");
        }
    }

    /**
     * The softmax without the mask.
     *
     * @param states the number of states
     * @param mask the mask, which has no probability
     * @param logits the logits of the classes
     * @return a probability for each state
     */
    public static double[] of(int states, int mask, double... logits) {
        double[] p = Arrays.copyOf(logits, states);
        Arrays.fill(p, logits.length, states, Double.NEGATIVE_INFINITY);
        if (mask >= 0) {
            p[mask] = Double.NEGATIVE_INFINITY;
        }
        double max = Arrays.stream(p).max().orElseThrow();
        double sum = 0;
        for (int k = 0; k < states; k++) {
            p[k] = Math.exp(p[k] - max);
            sum += p[k];
        }
        for (int k = 0; k < states; k++) {
            p[k] /= sum;
        }
        return p;
    }

    /**
     * What the others say of a token, from what all tokens say of it: divided by the likelihood of the token that stands there.
     *
     * @param p the prediction from all tokens, which becomes that from the others alone, up to a factor
     * @param likelihood for each clean token the probability of what stands there
     */
    public static void withoutEvidence(double[] p, double... likelihood) {
        for (int k = 0; k < p.length; k++) {
            p[k] = likelihood[k] == 0 ? 0 : p[k] / likelihood[k];
        }
    }

    /**
     * The gradient of logits, {@code p (g - sum_k p_k g_k)}.
     *
     * @param p the probabilities
     * @param slopes the derivatives g by the probabilities
     * @param gradient where those by the logits go, as many as there are classes
     */
    public static void back(double[] p, double[] slopes, double... gradient) {
        double mean = 0;
        for (int k = 0; k < p.length; k++) {
            mean += p[k] == 0 ? 0 : p[k] * slopes[k];
        }
        for (int k = 0; k < gradient.length; k++) {
            gradient[k] = p[k] == 0 ? 0 : p[k] * (slopes[k] - mean);
        }
    }
}
