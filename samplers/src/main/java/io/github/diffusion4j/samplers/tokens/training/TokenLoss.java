package io.github.diffusion4j.samplers.tokens.training;

import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.samplers.tokens.Corruption;
import io.github.diffusion4j.samplers.tokens.Probabilities;
import io.github.diffusion4j.samplers.tokens.TokenForward;
import java.io.Serializable;
import java.util.Arrays;

/**
 * The loss of one position as a function of what the network says of it, with its gradient. Bounds are integrands over the time: their expectation over uniform times, summed over positions, bounds
 * {@code -ln p(x)} in nats. A probability counts as at least 2^-1022. Immutable, and equal by value.
 */
public interface TokenLoss extends Serializable {

    /**
     * The loss.
     *
     * @param position what is known of the position
     * @param outputs what the network says: logits, or logarithms of scores; not changed
     * @param gradient where the derivatives by them go
     * @return the loss
     * @throws IllegalArgumentException if the network's classes are not those of the process
     */
    double of(Position position, double[] outputs, double[] gradient);

    /**
     * A position of a batch.
     *
     * @param clean the clean token
     * @param token the token that stands there
     * @param time its time
     */
    record Position(int clean, int token, double time) {}

    /**
     * {@code -ln p(x0)} with the mask left out, to be weighted: {@link TokenWeight#BOUND} makes it MDLM's and LLaDA's loss.
     *
     * @param mask the mask's token, {@link TokenPlan#NO_MASK} for none
     * @return the loss
     */
    static TokenLoss crossEntropy(int mask) {
        return new CrossEntropy(mask);
    }

    /**
     * D3PM's bound of a run with T steps (Austin et al., arXiv:2107.03006, equations 2 and 5) of any process: {@code T KL(q(x_s | x_t, x0) || P(x_s | x_t))}, at the last step {@code -T ln p(x0)}, to which a
     * multiple of {@code -T ln p(x0)} is added. For times at the ends of steps, {@link TokenTimes#inSteps}.
     *
     * @param forward the process
     * @param steps T
     * @param fromTheOthers whether the output is a prediction from the other tokens alone (the paper's), at the last step of the run from all tokens in any case
     * @param hybrid the multiple, lambda: 0.001 for pictures, 0.01 for text
     * @return the loss
     */
    static TokenLoss posterior(TokenForward forward, int steps, boolean fromTheOthers, double hybrid) {
        return new PosteriorBound(forward, steps, fromTheOthers, hybrid);
    }

    /**
     * UDLM's bound over uniform noise (Schiff et al., arXiv:2412.10193, equation 18), of a prediction from the other tokens alone. With {@code X = V alpha e_x0 + 1 - alpha}, {@code Y = V alpha p + 1 - alpha}:
     * {@code alpha' / (V alpha) (V / X_z - V / Y_z - sum_j X_j / X_z (ln(Y_z / Y_j) + ln(X_j / X_z)))}, z the token that stands there.
     *
     * @param forward the process, without a mask
     * @return the loss
     */
    static TokenLoss udlm(Corruption forward) {
        return new UniformBound(forward);
    }

    /**
     * Score entropy (SEDD, Lou et al., arXiv:2310.16834, equation 9), of the logarithms of scores, that of the token that stands there not read.
     *
     * @param forward the process, which keeps something at t = 1
     * @return the loss
     */
    static TokenLoss scoreEntropy(Corruption forward) {
        return new ScoreEntropy(forward);
    }

    /**
     * The generalised divergence of discrete flow matching (Shaul et al., arXiv:2412.03487): {@code alpha' / (1 - alpha) (p(x_t) - d + (1 - d) ln p(x0))}, d = 1 where x_t = x0 and 0 elsewhere; 0 for
     * tokens that are not masked where there is a mask.
     *
     * @param forward the path, {@code alpha = kappa}
     * @return the loss
     */
    static TokenLoss flowMatching(Corruption forward) {
        return new FlowBound(forward);
    }

    /** A logarithm of what counts as at least 2^-1022. */
    private static double ln(double p) {
        return Math.log(Math.max(p, Double.MIN_NORMAL));
    }

    private static double[] one(int size, int at) {
        double[] one = new double[size];
        one[at] = 1;
        return one;
    }

    /**
     * A cross entropy.
     *
     * @param mask the mask
     */
    record CrossEntropy(int mask) implements TokenLoss {
        @Override
        public double of(Position position, double[] outputs, double[] gradient) {
            double[] p = Probabilities.of(Math.max(outputs.length, mask + 1), mask, outputs);
            System.arraycopy(p, 0, gradient, 0, gradient.length);
            gradient[position.clean()] -= 1;
            return -ln(p[position.clean()]);
        }
    }

    /**
     * D3PM's bound.
     *
     * @param forward the process
     * @param steps T
     * @param fromTheOthers the kind of prediction
     * @param hybrid the weight of the cross entropy
     */
    record PosteriorBound(TokenForward forward, int steps, boolean fromTheOthers, double hybrid) implements TokenLoss {

        /** Checks the numbers. */
        public PosteriorBound {
            if (steps < 1 || !(hybrid >= 0 && hybrid < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a bound is of at least one step, with a multiple of the cross entropy (hybrid_coeff) of at least 0, got " + steps + " and " + hybrid);
            }
        }

        @Override
        public double of(Position position, double[] outputs, double[] gradient) {
            Probabilities.check(forward, outputs.length);
            double to = position.time();
            double from = TokenTimes.before(to, steps);
            double[] p = Probabilities.of(forward.states(), forward.mask(), outputs);
            double[] slopes = new double[p.length];
            double loss = from == 0 ? 0 : divergence(position, from, to, p, slopes);
            double crossed = steps * ((from == 0 ? 1 : 0) + hybrid);
            slopes[position.clean()] -= crossed / Math.max(p[position.clean()], Double.MIN_NORMAL);
            Probabilities.back(p, slopes, gradient);
            return loss - crossed * ln(p[position.clean()]);
        }

        private double divergence(Position position, double from, double to, double[] p, double[] slopes) {
            double[] evidence = forward.likelihood(0, to).apply(position.token());
            double[] clean = p.clone();
            if (!fromTheOthers) {
                Probabilities.withoutEvidence(clean, evidence);
            }
            double[] step = forward.likelihood(from, to).apply(position.token());
            double[] truth = forward.marginal(from, one(p.length, position.clean()));
            double[] said = forward.marginal(from, clean);
            double all = 0;
            double allSaid = 0;
            for (int x = 0; x < p.length; x++) {
                all += step[x] * truth[x];
                allSaid += step[x] * said[x];
            }
            double loss = ln(allSaid) - ln(all);
            double[] values = new double[p.length];
            for (int x = 0; x < p.length; x++) {
                double q = step[x] * truth[x] / all;
                double floor = Math.max(said[x], Double.MIN_NORMAL);
                loss += q == 0 ? 0 : q * (Math.log(truth[x]) - Math.log(floor));
                values[x] = step[x] / Math.max(allSaid, Double.MIN_NORMAL) - q / floor;
            }
            double[] expected = forward.expectation(from, values);
            for (int k = 0; k < p.length; k++) {
                slopes[k] = fromTheOthers ? steps * expected[k] : evidence[k] == 0 ? 0 : steps * expected[k] / evidence[k];
            }
            return steps * loss;
        }
    }

    /**
     * UDLM's bound.
     *
     * @param forward the process
     */
    record UniformBound(Corruption forward) implements TokenLoss {

        /** Checks that there is no mask. */
        public UniformBound {
            if (forward.mask() != TokenPlan.NO_MASK) {
                throw new IllegalArgumentException("this bound is of uniform noise, without a mask; with one take crossEntropy and TokenWeight.BOUND, got " + forward);
            }
        }

        @Override
        public double of(Position position, double[] outputs, double[] gradient) {
            Probabilities.check(forward, outputs.length);
            int classes = outputs.length;
            double alpha = forward.survival().alpha(position.time());
            double factor = forward.survival().slope(position.time()) / (classes * alpha);
            double[] p = Probabilities.of(classes, TokenPlan.NO_MASK, outputs);
            double x = (position.token() == position.clean() ? classes * alpha : 0) + 1 - alpha;
            double y = classes * alpha * p[position.token()] + 1 - alpha;
            double sum = classes / x - classes / y;
            double[] slopes = new double[classes];
            for (int j = 0; j < classes; j++) {
                double ratio = ((j == position.clean() ? classes * alpha : 0) + 1 - alpha) / x;
                double own = classes * alpha * p[j] + 1 - alpha;
                sum -= ratio * (Math.log(y / own) + Math.log(ratio));
                slopes[j] += factor * classes * alpha * ratio / own;
                slopes[position.token()] -= factor * classes * alpha * ratio / y;
            }
            slopes[position.token()] += factor * classes * alpha * classes / (y * y);
            Probabilities.back(p, slopes, gradient);
            return factor * sum;
        }
    }

    /**
     * Score entropy.
     *
     * @param forward the process
     */
    record ScoreEntropy(Corruption forward) implements TokenLoss {

        /** Checks the schedule. */
        public ScoreEntropy {
            if (forward.survival().alpha(1) == 0) {
                throw new IllegalArgumentException("scores are multiples of what has survived, and with " + forward + " nothing is left at t = 1; take a schedule that keeps a rest");
            }
        }

        @Override
        public double of(Position position, double[] outputs, double[] gradient) {
            Probabilities.check(forward, outputs.length);
            Arrays.fill(gradient, 0);
            boolean masks = forward.mask() != TokenPlan.NO_MASK;
            if (masks && position.token() != forward.mask()) {
                return 0;
            }
            double rate = forward.survival().rate(position.time());
            double left = Math.expm1(forward.survival().sigma(position.time()));
            return rate * (masks ? masked(position, rate, left, outputs, gradient) : uniform(position, rate, left, outputs, gradient));
        }

        private double masked(Position position, double rate, double left, double[] logs, double[] gradient) {
            double sum = 0;
            for (int k = 0; k < logs.length; k++) {
                double score = k == forward.mask() ? 0 : Math.exp(logs[k]);
                sum += score;
                gradient[k] = rate * (score - (k == position.clean() ? 1 / left : 0));
            }
            return sum - (logs[position.clean()] + Math.log(left) + 1) / left;
        }

        private double uniform(Position position, double rate, double left, double[] logs, double[] gradient) {
            int classes = logs.length;
            double ratio = left / (left + classes);
            boolean kept = position.token() == position.clean();
            double each = (kept ? ratio : 1) / classes;
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                if (k != position.token()) {
                    double score = Math.exp(logs[k]) / classes;
                    double log = each + (!kept && k == position.clean() ? 1 / left : 0);
                    sum += score - log * logs[k];
                    gradient[k] = rate * (score - log);
                }
            }
            return sum + (kept ? (classes - 1) * ratio * (Math.log(ratio) - 1) : (-Math.log(ratio) - 1) / ratio - (classes - 2)) / classes;
        }
    }

    /**
     * The divergence of flow matching.
     *
     * @param forward the path
     */
    record FlowBound(Corruption forward) implements TokenLoss {
        @Override
        public double of(Position position, double[] outputs, double[] gradient) {
            Probabilities.check(forward, outputs.length);
            Arrays.fill(gradient, 0);
            if (forward.mask() != TokenPlan.NO_MASK && position.token() != forward.mask()) {
                return 0;
            }
            double[] p = Probabilities.of(forward.states(), forward.mask(), outputs);
            double factor = forward.survival().slope(position.time()) / (1 - forward.survival().alpha(position.time()));
            double[] slopes = new double[p.length];
            slopes[position.token()] += factor;
            boolean arrived = position.token() == position.clean();
            if (!arrived) {
                slopes[position.clean()] += factor / Math.max(p[position.clean()], Double.MIN_NORMAL);
            }
            Probabilities.back(p, slopes, gradient);
            return factor * (p[position.token()] + (arrived ? -1 : ln(p[position.clean()])));
        }
    }
}
