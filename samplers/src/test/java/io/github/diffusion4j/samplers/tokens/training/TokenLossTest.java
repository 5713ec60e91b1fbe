package io.github.diffusion4j.samplers.tokens.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.samplers.tokens.Corruption;
import io.github.diffusion4j.samplers.tokens.Survival;
import io.github.diffusion4j.samplers.tokens.TokenChain;
import io.github.diffusion4j.samplers.tokens.TokenForward;
import io.github.diffusion4j.samplers.tokens.TokenKernel;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Bounds against likelihoods, by integrating over times and summing over all that may stand at a position: nothing is sampled. */
class TokenLossTest {

    private static final double[] DATA = {.7, .2, .1};
    private static final double[] LIKELIHOODS = {.356675, 1.609438, 2.302585};
    private static final int POINTS = 20_000;
    /** Of the integrals, and of the recorded digits. */
    private static final double TOLERANCE = 2e-5;

    /** What a network says of one token, whose data are known, at a time. */
    private interface Said {
        double[] of(int token, double time);
    }

    private static double[] likelihood(TokenForward forward, double time, int token) {
        return forward.likelihood(0, time).apply(token);
    }

    private static Said fromTheOthers() {
        return (token, time) -> Arrays.stream(DATA).map(Math::log).toArray();
    }

    private static Said fromAll(TokenForward forward) {
        return (token, time) -> {
            double[] likelihood = likelihood(forward, time, token);
            return IntStream.range(0, DATA.length).mapToDouble(k -> Math.log(Math.max(1e-300, DATA[k] * likelihood[k]))).toArray();
        };
    }

    private static Said scores(TokenForward forward) {
        return (token, time) -> {
            double[] marginal = forward.marginal(time, Arrays.copyOf(DATA, forward.states()));
            return IntStream.range(0, DATA.length).mapToDouble(k -> Math.log(marginal[k] / marginal[token])).toArray();
        };
    }

    /** The expectation of a loss at a time for a clean token. */
    private static double expected(TokenForward forward, TokenLoss loss, Said said, int clean, double time) {
        double[] unit = new double[forward.states()];
        unit[clean] = 1;
        double[] shares = forward.marginal(time, unit);
        double sum = 0;
        for (int token = 0; token < shares.length; token++) {
            if (shares[token] > 0) {
                sum += shares[token] * loss.of(new TokenLoss.Position(clean, token, time), said.of(token, time), new double[DATA.length]);
            }
        }
        return sum;
    }

    /** By the midpoint rule in u with {@code t = u^2 (3 - 2 u)}, which is flat at both ends. */
    private static double[] integral(TokenForward forward, TokenLoss loss, Said said) {
        return IntStream.range(0, DATA.length).mapToDouble(clean -> IntStream.range(0, POINTS).mapToDouble(i -> {
            double u = (i + 0.5) / POINTS;
            return 6 * u * (1 - u) * expected(forward, loss, said, clean, u * u * (3 - 2 * u)) / POINTS;
        }).sum()).toArray();
    }

    @Test
    void udlms_bound_is_the_likelihood_of_one_token_for_a_prediction_from_the_others_and_no_bound_for_the_other_kind() {
        Corruption forward = Corruption.uniform(Survival.LINEAR, 3);
        assertArrayEquals(LIKELIHOODS, integral(forward, TokenLoss.udlm(forward), fromTheOthers()), TOLERANCE);
        assertArrayEquals(new double[] {1.029300, 1.688835, 1.990856}, integral(forward, TokenLoss.udlm(forward), fromAll(forward)), TOLERANCE);
    }

    @Test
    void score_entropy_is_the_likelihood_up_to_what_the_schedule_keeps() {
        Corruption masking = Corruption.masking(Survival.LOG_LINEAR, 3, 3);
        assertArrayEquals(Arrays.stream(LIKELIHOODS).map(nats -> 0.999 * nats).toArray(), integral(masking, TokenLoss.scoreEntropy(masking), scores(masking)), TOLERANCE);
        Corruption uniform = Corruption.uniform(Survival.GEOMETRIC, 3);
        assertArrayEquals(new double[] {.356080, 1.608599, 2.301510}, integral(uniform, TokenLoss.scoreEntropy(uniform), scores(uniform)), TOLERANCE);
    }

    @Test
    void flow_matchings_divergence_is_the_likelihood_from_masks_and_above_it_from_random_tokens() {
        Corruption masking = Corruption.masking(Survival.LINEAR, 3, 3);
        assertArrayEquals(LIKELIHOODS, integral(masking, TokenLoss.flowMatching(masking), fromTheOthers()), TOLERANCE);
        Corruption uniform = Corruption.uniform(Survival.LINEAR, 3);
        assertArrayEquals(new double[] {.488433, 2.005690, 2.922741}, integral(uniform, TokenLoss.flowMatching(uniform), fromAll(uniform)), TOLERANCE);
    }

    @Test
    void weighted_cross_entropies_add_to_the_likelihood_for_every_schedule_from_one_to_nothing() {
        for (Survival survival : List.of(Survival.LINEAR, Survival.SINE, Survival.power(2), Survival.LOG_LINEAR, Survival.geometric(1e-3, 1))) {
            Corruption forward = Corruption.masking(survival, 3, 3);
            TokenLoss weighted = (position, outputs, gradient) -> position.token() != 3 ? 0
                    : TokenWeight.BOUND.weight(forward, position.time()) * TokenLoss.crossEntropy(3).of(position, outputs, gradient);
            double covered = survival.alpha(0) - survival.alpha(1);
            assertArrayEquals(Arrays.stream(LIKELIHOODS).map(nats -> covered * nats).toArray(), integral(forward, weighted, fromTheOthers()), TOLERANCE, survival::toString);
        }
    }

    /** With exact predictions the reverse chain is the true one, so that the bound is the likelihood, whatever the number of steps and the kernel. */
    @Test
    void d3pms_bound_is_the_likelihood_for_any_kernel_and_both_kinds_of_prediction() {
        for (int steps : new int[] {1, 2, 5}) {
            for (TokenForward forward : List.of(Corruption.uniform(Survival.LINEAR, 3), Corruption.masking(Survival.COSINE, 3, 3), TokenChain.of(TokenKernel.gaussian(3), TokenChain.linearBetas(steps, 0.3, 0.9)),
                    TokenChain.of(TokenKernel.banded(3, 1), TokenChain.linearBetas(steps, 0.3, 0.9)))) {
                for (boolean fromTheOthers : new boolean[] {true, false}) {
                    TokenLoss loss = TokenLoss.posterior(forward, steps, fromTheOthers, 0);
                    double[] bound = new double[3];
                    for (int k = 1; k <= steps; k++) {
                        double time = (double) k / steps;
                        Said said = fromTheOthers && k > 1 ? fromTheOthers() : fromAll(forward);
                        Arrays.setAll(bound, clean -> bound[clean] + expected(forward, loss, said, clean, time) / steps);
                    }
                    Arrays.setAll(bound, clean -> bound[clean] + prior(forward, clean));
                    assertArrayEquals(Arrays.stream(DATA).map(p -> -Math.log(p)).toArray(), bound, 1e-10, forward + " " + steps + " " + fromTheOthers);
                }
            }
        }
    }

    /** What the end of the chain still knows of a token. */
    private static double prior(TokenForward forward, int clean) {
        double[] unit = new double[forward.states()];
        unit[clean] = 1;
        double[] own = forward.marginal(1, unit);
        double[] all = forward.marginal(1, Arrays.copyOf(DATA, forward.states()));
        return IntStream.range(0, own.length).mapToDouble(x -> own[x] == 0 ? 0 : own[x] * Math.log(own[x] / all[x])).sum();
    }

    @Test
    void of_masks_d3pms_bound_is_a_weighted_cross_entropy() {
        Corruption forward = Corruption.masking(Survival.COSINE_SQUARED, 3, 3);
        double[] logits = {0.3, -1, 0.4};
        TokenLoss.Position position = new TokenLoss.Position(1, 3, 0.6);
        double weighted = TokenWeight.ofSteps(5).weight(forward, 0.6) * TokenLoss.crossEntropy(3).of(position, logits, new double[3]);
        assertEquals(weighted, TokenLoss.posterior(forward, 5, true, 0).of(position, logits, new double[3]), 1e-12);
        double hybrid = 5 * 0.01 * TokenLoss.crossEntropy(3).of(position, logits, new double[3]);
        assertEquals(weighted + hybrid, TokenLoss.posterior(forward, 5, true, 0.01).of(position, logits, new double[3]), 1e-12);
    }

    @Property(tries = 200, seed = "42")
    void gradients_are_derivatives(@ForAll @LongRange(min = 0, max = 1L << 40) long seed, @ForAll @DoubleRange(min = 0.05, max = 0.95) double at) {
        SplittableRandom random = new SplittableRandom(seed);
        int classes = 4;
        Corruption uniform = Corruption.uniform(Survival.COSINE, classes);
        Corruption masking = Corruption.masking(Survival.LOG_LINEAR, classes, 2);
        TokenChain chain = TokenChain.of(TokenKernel.gaussian(classes), TokenChain.linearBetas(6, 0.2, 0.8));
        double grid = Math.ceil(6 * at) / 6;
        double[] logits = random.doubles(classes, -2, 2).toArray();
        int token = random.nextInt(classes);
        int clean = new int[] {0, 1, 3}[random.nextInt(3)];
        check(TokenLoss.crossEntropy(2), new TokenLoss.Position(clean, 2, at), logits);
        check(TokenLoss.crossEntropy(TokenPlan.NO_MASK), new TokenLoss.Position(clean, token, at), logits);
        check(TokenLoss.udlm(uniform), new TokenLoss.Position(clean, token, at), logits);
        check(TokenLoss.flowMatching(uniform), new TokenLoss.Position(clean, token, at), logits);
        check(TokenLoss.flowMatching(masking), new TokenLoss.Position(clean, 2, at), logits);
        check(TokenLoss.scoreEntropy(masking), new TokenLoss.Position(clean, 2, at), logits);
        check(TokenLoss.scoreEntropy(uniform), new TokenLoss.Position(clean, token, at), logits);
        for (boolean kind : new boolean[] {true, false}) {
            check(TokenLoss.posterior(uniform, 6, kind, 0.1), new TokenLoss.Position(clean, token, grid), logits);
            check(TokenLoss.posterior(masking, 6, kind, 0.1), new TokenLoss.Position(clean, 2, grid), logits);
            check(TokenLoss.posterior(chain, 6, kind, 0.1), new TokenLoss.Position(clean, token, grid), logits);
        }
    }

    private static void check(TokenLoss loss, TokenLoss.Position position, double[] logits) {
        double h = 1e-5;
        double[] gradient = new double[logits.length];
        double value = loss.of(position, logits, gradient);
        for (int k = 0; k < logits.length; k++) {
            double[] up = logits.clone();
            double[] down = logits.clone();
            up[k] += h;
            down[k] -= h;
            double difference = (loss.of(position, up, new double[logits.length]) - loss.of(position, down, new double[logits.length])) / (2 * h);
            boolean unread = loss instanceof TokenLoss.ScoreEntropy && k == position.token();
            assertEquals(unread ? 0 : difference, gradient[k], 1e-6 * (1 + Math.abs(value)), loss + " " + position);
        }
    }

    @Test
    void impossible_predictions_cost_much_and_give_no_nan() {
        double[] logits = {-2000, 0, 0};
        Corruption uniform = Corruption.uniform(Survival.LINEAR, 3);
        Corruption masking = Corruption.masking(Survival.LINEAR, 3, 3);
        for (TokenLoss loss : List.of(TokenLoss.crossEntropy(3), TokenLoss.flowMatching(masking), TokenLoss.posterior(masking, 2, true, 0))) {
            double[] gradient = new double[3];
            assertTrue(loss.of(new TokenLoss.Position(0, 3, 0.5), logits, gradient) > 500, loss::toString);
            assertTrue(Arrays.stream(gradient).allMatch(Double::isFinite), loss::toString);
        }
        double[] gradient = new double[3];
        assertTrue(Double.isFinite(TokenLoss.udlm(uniform).of(new TokenLoss.Position(0, 1, 0.5), logits, gradient)) && Arrays.stream(gradient).allMatch(Double::isFinite));
    }

    @Test
    void losses_of_other_processes_are_refused() {
        assertThrows(IllegalArgumentException.class, () -> TokenLoss.udlm(Corruption.masking(Survival.LINEAR, 3, 3)));
        assertThrows(IllegalArgumentException.class, () -> TokenLoss.scoreEntropy(Corruption.masking(Survival.LINEAR, 3, 3)));
        assertThrows(IllegalArgumentException.class, () -> TokenLoss.posterior(Corruption.uniform(Survival.LINEAR, 3), 0, true, 0));
        TokenLoss loss = TokenLoss.udlm(Corruption.uniform(Survival.LINEAR, 3));
        assertThrows(IllegalArgumentException.class, () -> loss.of(new TokenLoss.Position(0, 1, 0.5), new double[4], new double[4]));
    }
}
