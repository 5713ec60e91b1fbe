package io.github.diffusion4j.core.tokens;

import java.io.Serializable;

/**
 * By which routes a position reaches a cleaner level, as weights that are known before the run: it takes the candidate, keeps its token, draws one uniformly, or is masked. Given a candidate x0 this is
 * the posterior {@code q(x_s | x_t, x0)} exactly; the weights are not normalised.
 *
 * <p>With {@code (a, r, g)} what happens to a token between the levels s and t, and {@code (A, R, C)} level s:
 * <pre>
 *   a masked position:   clean g A,  random g R,  mask C
 *   any other one:       clean r A + V a A [x_t = x0],  stay a R,  random r R
 * </pre>
 *
 * @param clean the weight of the candidate
 * @param agreed what is added to it, times the number of classes, where the candidate is the token that stands there
 * @param stay the weight of the token that stands there
 * @param random the weight of a token drawn uniformly
 * @param mask the weight of the mask
 */
public record Routes(double clean, double agreed, double stay, double random, double mask) implements Serializable {

    /** Nothing happens. */
    public static final Routes STAY = new Routes(0, 0, 1, 0, 0);

    /**
     * Checks the weights.
     *
     * @throws IllegalArgumentException if one is negative or not finite, or all are 0
     */
    public Routes {
        double sum = clean + agreed + stay + random + mask;
        if (!(clean >= 0 && agreed >= 0 && stay >= 0 && random >= 0 && mask >= 0 && sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the weights of routes are at least 0 and not all 0, got clean=" + clean + ", agreed=" + agreed + ", stay=" + stay + ", random=" + random + ", mask=" + mask);
        }
    }

    /**
     * The routes of a masked position.
     *
     * @param from the noisier level
     * @param to the cleaner level
     * @return the routes
     */
    public static Routes masked(TokenLevel from, TokenLevel to) {
        double masking = to.to(from).masked();
        double clean = masking * to.kept();
        double random = masking * to.random();
        return clean + random + to.masked() == 0 ? STAY : new Routes(clean, 0, 0, random, to.masked());
    }

    /**
     * The routes of a position that holds a token.
     *
     * @param from the noisier level
     * @param to the cleaner level
     * @return the routes
     */
    public static Routes known(TokenLevel from, TokenLevel to) {
        TokenLevel between = to.to(from);
        double clean = between.random() * to.kept();
        double agreed = between.kept() * to.kept();
        double stay = between.kept() * to.random();
        double random = between.random() * to.random();
        return clean + stay + random == 0 ? STAY : new Routes(clean, agreed, stay, random, 0);
    }

    /**
     * The probabilities of the routes.
     *
     * @param agrees whether the candidate is the token that stands there
     * @param classes the number of real classes
     * @return those of the candidate, the token that stands there, a random token and the mask, which add to 1
     */
    public double[] probabilities(boolean agrees, int classes) {
        double taken = clean + (agrees ? agreed * classes : 0);
        double sum = taken + stay + random + mask;
        if (sum == 0) {
            return new double[] {0, 1, 0, 0};
        }
        return new double[] {taken / sum, stay / sum, random / sum, mask / sum};
    }
}
