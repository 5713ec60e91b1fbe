package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.tokens.Redrawing;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Ancestral sampling of any process, {@code P(x_s) ~ q(x_t | x_s) sum_k q(x_s | x_0 = k) o(k)} with o the prediction of a token from the others alone (D3PM, Austin et al., arXiv:2107.03006, equation 4).
 * A prediction f from all tokens is divided by {@code q(x_t | x_0 = k)} first, which makes the step the average {@code sum_k q(x_s | x_t, k) f(k)}.
 *
 * @param label what the network is told
 * @param forward the process
 * @param from the noisier time t
 * @param to the cleaner time s
 * @param fromTheOthers whether the network predicts each token from the others alone
 */
record PosteriorStep(double label, TokenForward forward, double from, double to, boolean fromTheOthers) implements Redrawing {

    @Override
    public TokenDraw draw() {
        return new TokenDraw(TokenDraw.Purpose.CANDIDATE, TokenDraw.Kind.CATEGORICAL, false, forward.states(), 0);
    }

    @Override
    public Rule rule(int classes) {
        Probabilities.check(forward, classes);
        IntFunction<double[]> step = forward.likelihood(to, from);
        IntFunction<double[]> evidence = forward.likelihood(0, from);
        return (token, logits) -> {
            double[] clean = Probabilities.of(forward.states(), forward.mask(), logits);
            if (!fromTheOthers) {
                Probabilities.withoutEvidence(clean, evidence.apply(token));
            }
            double[] likelihood = step.apply(token);
            double[] weights = product(forward.marginal(to, clean), likelihood);
            // A network that finds what stands there impossible says nothing of where it came from.
            return Arrays.stream(weights).sum() > 0 ? weights : product(forward.marginal(to, evidence.apply(token)), likelihood);
        };
    }

    private static double[] product(double[] one, double... other) {
        for (int k = 0; k < one.length; k++) {
            one[k] *= other[k];
        }
        return one;
    }
}
