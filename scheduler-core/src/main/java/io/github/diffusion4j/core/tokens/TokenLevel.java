package io.github.diffusion4j.core.tokens;

import java.io.Serializable;

/**
 * A point of the forward process of tokens, the twin of a noise level: what has become of a clean token. It is kept, replaced by a token drawn uniformly (perhaps itself), or masked; a mask stays one.
 * Every published corruption but D3PM's banded and Gaussian kernels is a curve of such points.
 *
 * @param kept the probability that the token has survived
 * @param random the probability that it was drawn anew
 * @param masked the probability that it is masked
 */
public record TokenLevel(double kept, double random, double masked) implements Serializable {

    private static final double ROUNDING = 1e-9;

    /**
     * Checks the probabilities.
     *
     * @throws IllegalArgumentException if one is negative, or they do not add to 1
     */
    public TokenLevel {
        if (!(kept >= 0 && random >= 0 && masked >= 0 && Math.abs(kept + random + masked - 1) <= ROUNDING)) {
            throw new IllegalArgumentException("a token is kept, drawn anew or masked with probabilities that add to 1, got " + kept + ", " + random + " and " + masked);
        }
    }

    /**
     * A point of a process that masks.
     *
     * @param alpha the probability that a token has survived
     * @return the level
     */
    public static TokenLevel masking(double alpha) {
        return new TokenLevel(alpha, 0, 1 - alpha);
    }

    /**
     * A point of a process that draws anew.
     *
     * @param alpha the probability that a token has survived
     * @return the level
     */
    public static TokenLevel uniform(double alpha) {
        return new TokenLevel(alpha, 1 - alpha, 0);
    }

    /**
     * What happens to a token between two points.
     *
     * @param noisier the later point
     * @return what turns this level into that one
     * @throws IllegalArgumentException if no such process exists: more would survive at the noisier point, or fewer tokens be masked or drawn anew
     */
    public TokenLevel to(TokenLevel noisier) {
        double survives = ratio(noisier.kept, kept);
        double unmasked = ratio(noisier.kept + noisier.random, kept + random);
        if (survives > 1 + ROUNDING || unmasked > 1 + ROUNDING || survives > unmasked + ROUNDING) {
            throw new IllegalArgumentException("no noise leads from " + this + " to " + noisier + ": tokens survive and stay unmasked less and less; order the levels from clean to noisy");
        }
        double drawn = noisier.random == 0 ? 0 : Math.max(0, unmasked - survives);
        return new TokenLevel(Math.min(1, survives), drawn, noisier.masked == 0 ? 0 : Math.max(0, 1 - unmasked));
    }

    private static double ratio(double later, double sooner) {
        return sooner == 0 ? 0 : later / sooner;
    }

    /**
     * How much likelier a prediction from all tokens finds the token that stands at a position than one from the others alone: {@code ln(1 + V kept / random)}.
     *
     * @param classes V, the number of real classes
     * @return the difference of logits; infinite where tokens are not drawn anew
     */
    public double evidence(int classes) {
        return Math.log1p(classes * kept / random);
    }
}
