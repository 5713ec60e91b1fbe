package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.tokens.Redrawing;
import io.github.diffusion4j.core.tokens.TokenLevel;
import java.util.Arrays;

/**
 * A step of Diffusers' VQ-Diffusion as it stands: the average of posteriors over all classes and the mask, with 1e-30 for 0, from which each position draws by a race of its own.
 *
 * @param label the timestep
 * @param classes the number of real classes
 * @param before the level of the timestep before
 * @param level the level of this timestep
 * @param transition what happens to a token at this timestep
 */
record VQPosterior(double label, int classes, TokenLevel before, TokenLevel level, TokenLevel transition) implements Redrawing {

    private static final double NOTHING = 1e-30;

    private boolean last() {
        return label == 0;
    }

    @Override
    public TokenDraw draw() {
        return new TokenDraw(TokenDraw.Purpose.CANDIDATE, TokenDraw.Kind.GUMBEL, true, last() ? 0 : 1, 0);
    }

    @Override
    public Question question() {
        return Question.PLAIN.ofLogProbabilities();
    }

    @Override
    public Rule rule(int vocabulary) {
        if (vocabulary != classes) {
            throw new IllegalArgumentException("the network gives log probabilities of " + vocabulary + " classes, but num_vec_classes says " + classes + " and the mask");
        }
        return (token, logs) -> Arrays.stream(last() ? logs : logPosterior(token, logs)).map(Math::exp).toArray();
    }

    double[] logPosterior(int token, double... logs) {
        double[] q = new double[classes];
        for (int k = 0; k < classes; k++) {
            q[k] = logs[k] - reached(level, k, token);
        }
        double z = logSum(q);
        double[] posterior = new double[classes + 1];
        for (int k = 0; k < classes; k++) {
            double mixed = logSum(q[k] - z + Math.log(before.kept()), Math.log(before.random() / classes));
            posterior[k] = mixed + reached(transition, k, token) + z;
        }
        posterior[classes] = Math.log(before.masked()) + (token == classes ? 0 : Math.log(NOTHING)) + z;
        return posterior;
    }

    /** The logarithm of the probability that a class became a token. */
    private double reached(TokenLevel by, int label, int token) {
        if (token == classes) {
            return Math.log(by.masked());
        }
        return Math.log((label == token ? 1 : NOTHING) * by.kept() + by.random() / classes);
    }

    private static double logSum(double... values) {
        double max = Arrays.stream(values).max().orElseThrow();
        return max + Math.log(Arrays.stream(values).map(value -> Math.exp(value - max)).sum());
    }
}
