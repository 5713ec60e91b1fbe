package io.github.diffusion4j.samplers.rewards;

/**
 * D3PO: a preference between two trajectories from one prompt, on the log-probabilities of a step of each,
 * <pre>
 *   -ln sigmoid(beta (h_1 ln clip(r_1) + h_2 ln clip(r_2))),      r = p / p_reference,  clip to [1 - epsilon, 1 + epsilon]
 * </pre>
 * with h 1 for the preferred one and -1 for the other, 0 for none. Source: Yang et al., arXiv:2311.13231, equation 14, and its code, where log-probabilities are means over elements.
 *
 * @param beta how far the policy may leave the reference, above 0; 0.1 in the code
 * @param epsilon the clip range of the ratios, above 0 and below 1; 0.1 in the code
 */
public record D3po(double beta, double epsilon) {

    /** Checks the numbers. */
    public D3po {
        if (!(beta > 0 && Double.isFinite(beta) && epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("D3PO needs beta above 0 and a clip range in (0, 1), got beta " + beta + " and epsilon " + epsilon);
        }
    }

    /**
     * One trajectory of each pair.
     *
     * @param logProb the log-probability of each pair's sample under the policy
     * @param reference that under the reference, of the same reduction
     * @param preferences h of each pair
     */
    public record Side(double[] logProb, double[] reference, double... preferences) {

        /** Checks the lengths. */
        public Side {
            PolicyLoss.checkLike("reference log-probabilities", reference, logProb);
            PolicyLoss.checkLike("preferences", preferences, logProb);
        }

        private double logRatio(int pair) {
            return logProb[pair] - reference[pair];
        }
    }

    /**
     * The loss, and what it says of the log-probabilities: the mean over pairs has the gradient of {@code mean of -first * log p_1 - second * log p_2}, for
     * {@link io.github.diffusion4j.core.plan.StepDistribution#regression}.
     *
     * @param values the loss of each pair
     * @param first the coefficients of the first trajectories
     * @param second those of the second ones
     */
    public record Loss(double[] values, double[] first, double[] second) {

        /**
         * The mean over pairs.
         *
         * @return the loss
         */
        public double value() {
            return Advantages.mean(values);
        }
    }

    /**
     * The loss of pairs.
     *
     * @param first one trajectory of each pair
     * @param second the other
     * @return loss and coefficients; a ratio that is clipped has coefficient 0
     * @throws IllegalArgumentException if the numbers of pairs differ
     */
    public Loss of(Side first, Side second) {
        PolicyLoss.checkLike("second trajectories", second.logProb(), first.logProb());
        int pairs = first.logProb().length;
        double[] inside = PolicyLoss.each(pairs, pair -> beta * (first.preferences()[pair] * clipped(first.logRatio(pair)) + second.preferences()[pair] * clipped(second.logRatio(pair))));
        return new Loss(PolicyLoss.each(pairs, pair -> -PreferenceLoss.logSigmoid(inside[pair])), coefficients(first, inside), coefficients(second, inside));
    }

    private double[] coefficients(Side side, double... inside) {
        return PolicyLoss.each(inside.length, pair -> isClipped(side.logRatio(pair)) ? 0 : beta * side.preferences()[pair] * PreferenceLoss.sigmoid(-inside[pair]));
    }

    private boolean isClipped(double logRatio) {
        return logRatio < Math.log1p(-epsilon) || logRatio > Math.log1p(epsilon);
    }

    private double clipped(double logRatio) {
        return Math.max(Math.log1p(-epsilon), Math.min(Math.log1p(epsilon), logRatio));
    }
}
