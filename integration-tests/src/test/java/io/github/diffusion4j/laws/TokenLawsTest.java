package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.tokens.Coin;
import io.github.diffusion4j.core.tokens.Correction;
import io.github.diffusion4j.core.tokens.Redrawing;
import io.github.diffusion4j.core.tokens.Refinement;
import io.github.diffusion4j.core.tokens.Routes;
import io.github.diffusion4j.core.tokens.Score.Measure;
import io.github.diffusion4j.core.tokens.Score;
import io.github.diffusion4j.core.tokens.TokenLevel;
import io.github.diffusion4j.core.tokens.TokenMove;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.diffusers.TokenConfig;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.tokens.Corruption;
import io.github.diffusion4j.samplers.tokens.Remasking;
import io.github.diffusion4j.samplers.tokens.Survival;
import io.github.diffusion4j.samplers.tokens.TokenChain;
import io.github.diffusion4j.samplers.tokens.TokenKernel;
import io.github.diffusion4j.samplers.tokens.TokenSamplers;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is true of the methods over tokens, by propagating distributions through the engine on tabulated data, without sampling. */
class TokenLawsTest {

    private static final double ROUNDING = 1e-12;
    /** What is only reached because probabilities are rounded has no posterior. */
    private static final double IMPOSSIBLE = 1e-12;
    /** The recorded distances have six digits. */
    private static final double RECORDED = 1e-6;

    private static final TokenToy TOY = new TokenToy(3, 2, new double[] {.084638, .17925, .075181, .058873, .225295, .123123, .232723, .020515, .000402});
    private static final TokenToy ONE = new TokenToy(3, 1, new double[] {.7, .2, .1});

    private static Map<List<Integer>, Double> masks(TokenToy toy) {
        return Map.of(Collections.nCopies(toy.length(), toy.classes()), 1.0);
    }

    private static Map<List<Integer>, Double> random(TokenToy toy) {
        Map<List<Integer>, Double> start = new HashMap<>();
        for (int x = 0; x < toy.data().length; x++) {
            start.put(Arrays.stream(toy.digits(x, toy.classes())).boxed().toList(), 1.0 / toy.data().length);
        }
        return start;
    }

    /** Masked positions are known from the others at any level. */
    private static double[] masked(TokenToy toy, TokenPlan plan) {
        TokenToy.Predictions exact = (tokens, i) -> toy.prediction(tokens, TokenLevel.masking(0.5), true);
        return toy.end(plan, masks(toy), exact, exact);
    }

    private static double[] uniform(TokenToy toy, TokenPlan plan, boolean saidFromTheOthers, boolean drawnFromTheOthers) {
        int n = plan.evaluations();
        TokenToy.Predictions said = (tokens, i) -> toy.prediction(tokens, TokenLevel.uniform(i / (double) n), saidFromTheOthers);
        TokenToy.Predictions drawn = (tokens, i) -> toy.prediction(tokens, TokenLevel.uniform(i / (double) n), drawnFromTheOthers);
        return toy.end(plan, random(toy), said, drawn);
    }

    private static void distances(double[] expected, int[] steps, IntFunction<double[]> end, TokenToy toy) {
        double sum = Arrays.stream(toy.data()).sum();
        double[] data = Arrays.stream(toy.data()).map(p -> p / sum).toArray();
        assertArrayEquals(expected, Arrays.stream(steps).mapToDouble(n -> TokenToy.distance(data, end.apply(n))).toArray(), 2 * RECORDED);
    }

    @Test
    void ancestral_sampling_of_masks_errs_by_one_over_the_number_of_steps() {
        distances(new double[] {.27459, .137295, .068647, .034324}, new int[] {1, 2, 4, 8}, n -> masked(TOY, TokenSamplers.mdlm(3, n, Survival.LINEAR)), TOY);
    }

    @Test
    void any_schedule_errs_by_the_sum_of_squares_of_what_it_unmasks() {
        double[] data = TOY.data();
        double one = TokenToy.distance(data, masked(TOY, TokenSamplers.mdlm(3, 1, Survival.COSINE)));
        double squares = 0;
        for (int i = 0; i < 4; i++) {
            double from = i == 0 ? 0 : Survival.COSINE.alpha((4 - i) / 4.0);
            double to = i == 3 ? 1 : Survival.COSINE.alpha((3 - i) / 4.0);
            squares += (to - from) * (to - from);
        }
        assertEquals(one * squares, TokenToy.distance(data, masked(TOY, TokenSamplers.mdlm(3, 4, Survival.COSINE))), 1e-6);
    }

    @Test
    void ancestral_sampling_of_uniform_noise_is_of_first_order() {
        distances(new double[] {.27459, .179582, .098724, .050538}, new int[] {1, 2, 4, 8}, n -> uniform(TOY, TokenConfig.of("DiscreteDDIMScheduler").scheduler(Convention.EXACT)
                .plan(Run.steps(n).with("temperature", 1)), false, false), TOY);
    }

    @Test
    void masking_again_keeps_the_marginals() {
        distances(new double[] {.27459, .137295, .079429, .050995}, new int[] {1, 2, 4, 8}, n -> masked(TOY, TokenSamplers.remdm(3, n, Survival.LINEAR, Remasking.cap(0.3))), TOY);
        assertArrayEquals(masked(TOY, TokenSamplers.mdlm(3, 5, Survival.LINEAR)), masked(TOY, TokenSamplers.remdm(3, 5, Survival.LINEAR, Remasking.cap(0))), ROUNDING);
    }

    /** Every rule within the bound keeps what a masked token is, whatever it masks again. */
    @Test
    void every_way_to_mask_again_is_exact_for_one_token() {
        for (int n : new int[] {1, 2, 5}) {
            for (Remasking remasking : List.of(Remasking.cap(1), Remasking.rescaled(0.7), Remasking.corrector(10, 0.25), Remasking.corrector(1, 0), Remasking.cap(0.5).between(0.7, 0.2))) {
                assertArrayEquals(ONE.data(), masked(ONE, TokenSamplers.remdm(3, n, Survival.COSINE, remasking)), ROUNDING, remasking::toString);
            }
            assertArrayEquals(ONE.data(), masked(ONE, TokenSamplers.remdmLoop(3, n, 0.6, 0.3, 0.8, 0.2)), ROUNDING);
        }
    }

    private static double[] data() {
        double sum = Arrays.stream(TOY.data()).sum();
        return Arrays.stream(TOY.data()).map(p -> p / sum).toArray();
    }

    /** From the chain's own end, whatever it still knows. */
    private static double[] chained(TokenToy toy, TokenChain chain, int steps, boolean fromTheOthers) {
        TokenPlan plan = TokenSamplers.d3pm(chain, steps, fromTheOthers);
        TokenToy.Predictions said = (tokens, i) -> {
            IntFunction<double[]> likelihood = chain.likelihood(0, (plan.label(i) + 1) / chain.steps());
            return toy.prediction(tokens, (clean, token) -> likelihood.apply(token)[clean], fromTheOthers && i < steps - 1);
        };
        Map<List<Integer>, Double> start = new HashMap<>();
        IntFunction<double[]> end = chain.likelihood(0, 1);
        for (int y = 0; y < toy.data().length; y++) {
            int[] token = toy.digits(y, toy.classes());
            double probability = 0;
            for (int x = 0; x < toy.data().length; x++) {
                int[] clean = toy.digits(x, toy.classes());
                double weight = toy.data()[x] / Arrays.stream(toy.data()).sum();
                for (int l = 0; l < token.length; l++) {
                    weight *= end.apply(token[l])[clean[l]];
                }
                probability += weight;
            }
            start.put(Arrays.stream(token).boxed().toList(), probability);
        }
        return toy.end(plan, start, said, said);
    }

    @Test
    void chains_of_any_kernel_are_exact_for_one_token_and_of_first_order_for_two() {
        for (TokenKernel kernel : List.of(TokenKernel.uniform(3), TokenKernel.gaussian(3), TokenKernel.banded(3, 1))) {
            TokenChain chain = TokenChain.of(kernel, TokenChain.linearBetas(16, 0.05, 0.4));
            for (boolean kind : new boolean[] {true, false}) {
                for (int n : new int[] {1, 3, 8}) {
                    assertArrayEquals(ONE.data(), chained(ONE, chain, n, kind), 1e-10, kernel + " " + n + " " + kind);
                }
            }
            assertArrayEquals(chained(TOY, chain, 4, true), chained(TOY, chain, 4, false), 1e-10);
            double four = TokenToy.distance(data(), chained(TOY, chain, 4, true));
            double eight = TokenToy.distance(data(), chained(TOY, chain, 8, true));
            assertEquals(2, four / eight, 0.35, kernel::toString);
        }
    }

    private static double[] scored(TokenToy toy, TokenPlan plan, Corruption forward) {
        TokenToy.Predictions scores = (tokens, i) -> {
            int n = plan.evaluations();
            double[][] said = toy.prediction(tokens, forward.level((n - i) / (double) n), true);
            for (int l = 0; l < tokens.length; l++) {
                double[] marginal = forward.marginal((n - i) / (double) n, Arrays.copyOf(said[l], forward.states()));
                for (int k = 0; k < toy.classes(); k++) {
                    said[l][k] = marginal[k] / marginal[tokens[l]];
                }
            }
            return said;
        };
        return toy.end(plan, forward.mask() >= 0 ? masks(toy) : random(toy), scores, scores);
    }

    @Test
    void steps_by_exact_scores_are_exact_for_one_token_when_analytic_and_in_the_limit_by_euler() {
        Corruption masking = Corruption.masking(Survival.LOG_LINEAR, 3, 3);
        Corruption uniform = Corruption.uniform(Survival.GEOMETRIC, 3);
        for (int n : new int[] {1, 2, 6}) {
            assertArrayEquals(ONE.data(), scored(ONE, TokenSamplers.sedd(3, n, Survival.LOG_LINEAR, false), masking), ROUNDING);
            assertArrayEquals(ONE.data(), scored(ONE, TokenSamplers.sedd(3, n, Survival.LOG_LINEAR, true), masking), ROUNDING);
            assertArrayEquals(ONE.data(), scored(ONE, TokenSamplers.sedd(-1, n, Survival.GEOMETRIC, false), uniform), 1e-7);
        }
        double fifty = TokenToy.distance(ONE.data(), scored(ONE, TokenSamplers.sedd(-1, 50, Survival.GEOMETRIC, true), uniform));
        double hundred = TokenToy.distance(ONE.data(), scored(ONE, TokenSamplers.sedd(-1, 100, Survival.GEOMETRIC, true), uniform));
        assertTrue(hundred < fifty && fifty < 0.1, fifty + " " + hundred);
    }

    @Test
    void analytic_scores_of_masks_are_ancestral_sampling() {
        TokenPlan scores = TokenSamplers.sedd(3, 5, Survival.LOG_LINEAR, false);
        Corruption forward = Corruption.masking(Survival.LOG_LINEAR, 3, 3);
        for (int i = 1; i < 5; i++) {
            double alpha = Survival.LOG_LINEAR.alpha((5 - i) / 5.0);
            double[] p = {.7, .2, .1};
            double[] logs = Arrays.stream(p).map(chance -> Math.log(chance * alpha / (1 - alpha))).toArray();
            double[] weights = ((Redrawing) scores.steps().get(i)).rule(3).weights(3, logs);
            Coin coin = Coin.between(forward.level((5 - i) / 5.0), forward.level((4 - i) / 5.0));
            double clean = coin.masked().probabilities(false, 3)[0];
            for (int k = 0; k < 3; k++) {
                assertEquals(clean * p[k], weights[k], ROUNDING);
            }
            assertEquals(1 - clean, weights[3], ROUNDING);
        }
    }

    /** From random tokens Euler's jumps of a linear path err, from masks not: the last step takes every candidate. */
    @Test
    void euler_jumps_from_random_tokens_reach_the_data_in_the_limit() {
        double[] errors = IntStream.of(4, 16, 64, 256).mapToDouble(n -> {
            TokenToy.Predictions exact = (tokens, i) -> ONE.prediction(tokens, TokenLevel.uniform(i / (double) n), false);
            return TokenToy.distance(ONE.data(), ONE.end(TokenSamplers.flowMatchingEuler(TokenPlan.NO_MASK, n, 1), random(ONE), exact, exact));
        }).toArray();
        assertTrue(errors[0] < 0.1 && errors[2] < errors[1] / 2 && errors[3] < errors[2] / 2, Arrays.toString(errors));
    }

    @Test
    void one_token_is_exact_for_every_number_of_steps() {
        for (int n : new int[] {1, 2, 3, 8}) {
            assertArrayEquals(ONE.data(), masked(ONE, TokenSamplers.mdlm(3, n, Survival.COSINE)), ROUNDING);
            assertArrayEquals(ONE.data(), masked(ONE, TokenSamplers.remdm(3, n, Survival.LINEAR, Remasking.cap(0.3))), ROUNDING);
            assertArrayEquals(ONE.data(), masked(ONE, TokenSamplers.flowMatchingEuler(3, n, 1)), ROUNDING);
            assertArrayEquals(ONE.data(), uniform(ONE, TokenSamplers.uniform(n, Survival.LINEAR, false), false, false), ROUNDING);
            assertArrayEquals(ONE.data(), uniform(ONE, TokenSamplers.uniform(n, Survival.LINEAR, true), true, false), ROUNDING);
        }
    }

    /** A network says one of two things; read as the other it is wrong by a tenth, converted it is the same. */
    @Test
    void both_kinds_of_prediction_give_one_distribution_and_the_wrong_one_another() {
        assertArrayEquals(uniform(TOY, TokenSamplers.uniform(4, Survival.LINEAR, false), false, false), uniform(TOY, TokenSamplers.uniform(4, Survival.LINEAR, true), true, false), ROUNDING);
        TokenPlan plan = TokenSamplers.uniform(8, Survival.LINEAR, true);
        TokenToy.Predictions full = (tokens, i) -> ONE.prediction(tokens, TokenLevel.uniform(i / 8.0), false);
        TokenToy.Predictions twice = (tokens, i) -> raised(full.of(tokens, i), tokens, TokenLevel.uniform(i / 8.0));
        double[] wrong = ONE.end(plan, random(ONE), full, twice);
        assertArrayEquals(new double[] {.5455, .2669, .1876}, wrong, 1e-4);
    }

    private static double[][] raised(double[][] prediction, int[] tokens, TokenLevel level) {
        for (int l = 0; l < tokens.length; l++) {
            prediction[l][tokens[l]] *= 1 + prediction[l].length * level.kept() / level.random();
            double sum = Arrays.stream(prediction[l]).sum();
            double[] row = prediction[l];
            Arrays.setAll(row, k -> row[k] / sum);
        }
        return prediction;
    }

    @Test
    void one_token_an_evaluation_is_exact_unless_the_order_looks_at_the_draw() {
        double sum = Arrays.stream(TOY.data()).sum();
        double[] data = Arrays.stream(TOY.data()).map(p -> p / sum).toArray();
        for (Measure measure : List.of(Measure.RANDOM, Measure.LARGEST, Measure.MARGIN, Measure.ENTROPY)) {
            assertArrayEquals(data, masked(TOY, TokenSamplers.llada(3, 0, 1, 2, 2, 1, Score.of(measure))), ROUNDING, measure::toString);
        }
        for (Measure measure : List.of(Measure.PROBABILITY, Measure.PLAIN, Measure.LOG_PLAIN)) {
            assertEquals(.179096, TokenToy.distance(data, masked(TOY, TokenSamplers.llada(3, 0, 1, 2, 2, 1, Score.of(measure)))), RECORDED, measure::toString);
        }
    }

    /** Two independent tokens, (0.9, 0.1) and (0.5, 0.5): the rarer value of the first is ranked last, and drawn anew. */
    @Test
    void ranking_by_the_drawn_tokens_probability_makes_rare_tokens_rarer() {
        TokenToy toy = new TokenToy(2, 2, new double[] {.45, .45, .05, .05});
        double[] biased = masked(toy, TokenSamplers.llada(2, 0, 1, 2, 2, 1, Score.of(Measure.PLAIN)));
        assertEquals(0.01, biased[2] + biased[3], ROUNDING);
        double[] exact = masked(toy, TokenSamplers.llada(2, 0, 1, 2, 2, 1, Score.of(Measure.LARGEST)));
        assertEquals(0.1, exact[2] + exact[3], ROUNDING);
    }

    @Property(tries = 300, seed = "42")
    void routes_are_bayes_posterior(@ForAll @DoubleRange(min = 0.01, max = 0.99) double keeps, @ForAll @DoubleRange(min = 0, max = 0.99) double anew, @ForAll @DoubleRange(min = 0.01, max = 0.99) double keepsMore,
            @ForAll @DoubleRange(min = 0, max = 0.99) double anewMore, @ForAll @IntRange(min = 2, max = 6) int classes) {
        TokenLevel sooner = new TokenLevel(keeps, (1 - keeps) * anew, (1 - keeps) * (1 - anew));
        TokenLevel between = new TokenLevel(keepsMore, (1 - keepsMore) * anewMore, (1 - keepsMore) * (1 - anewMore));
        double kept = sooner.kept() * between.kept();
        double masked = sooner.masked() + (1 - sooner.masked()) * between.masked();
        TokenLevel later = new TokenLevel(kept, Math.max(0, 1 - kept - masked), masked);
        TokenToy toy = new TokenToy(classes, 1, new double[classes]);
        for (int token = 0; token <= classes; token++) {
            for (int clean = 0; clean < classes; clean++) {
                if (toy.reached(clean, token, later) < IMPOSSIBLE) {
                    continue;
                }
                Routes routes = token == classes ? Routes.masked(later, sooner) : Routes.known(later, sooner);
                double[] route = routes.probabilities(clean == token, classes);
                for (int next = 0; next <= classes; next++) {
                    double step = next == classes ? token == classes ? 1 : 0 : toy.reached(next, token, between);
                    double bayes = toy.reached(clean, next, sooner) * step / toy.reached(clean, token, later);
                    double ours = (next == clean ? route[0] : 0) + (next == token ? route[1] : 0) + (next < classes ? route[2] / classes : route[3]);
                    assertEquals(bayes, ours, 1e-9, sooner + " " + later + " " + token + clean + next);
                }
            }
        }
    }

    @Test
    void a_correction_of_one_random_position_keeps_the_distribution() {
        assertTrue(TokenToy.distance(noised(0.5), corrected(0.5, 1)) < ROUNDING);
        assertEquals(.0669, TokenToy.distance(noised(0.5), corrected(0.5, 2)), 1e-4);
    }

    private static double[] noised(double alpha) {
        double[] noised = new double[9];
        for (int x = 0; x < 9; x++) {
            for (int y = 0; y < 9; y++) {
                int[] clean = TOY.digits(x, 3);
                int[] token = TOY.digits(y, 3);
                noised[y] += TOY.data()[x] * TOY.reached(clean[0], token[0], TokenLevel.uniform(alpha)) * TOY.reached(clean[1], token[1], TokenLevel.uniform(alpha));
            }
        }
        return noised;
    }

    /** Both positions come first as often, and every outcome of the draw has its probability. */
    private static double[] corrected(double alpha, int count) {
        TokenPlan plan = new TokenPlan("correction", TokenPlan.NO_MASK, false, List.of(new Correction(0, TokenLevel.uniform(alpha), Correction.Choice.RANDOM, count, 1)));
        double[] before = noised(alpha);
        double[] after = new double[9];
        for (int y = 0; y < 9; y++) {
            int[] token = TOY.digits(y, 3);
            for (int first = 0; first < 2; first++) {
                double[] uniforms = first == 0 ? new double[] {.75, .25} : new double[] {.25, .75};
                TokenToy.Script script = new TokenToy.Script(new int[2], new double[][] {{1}, {1}}, new int[2], new double[2][1], new int[2], uniforms);
                TokenMove move = plan.move(HostArrays.HEAP, TOY.logits(TOY.prediction(token, TokenLevel.uniform(alpha), false)), plan.startFrom(Tokens.of(token, 1, 2)), script);
                spread(token.clone(), move.resampled(), 0, before[y] / 2, after);
            }
        }
        return after;
    }

    private static void spread(int[] token, List<TokenMove.Resampled> resampled, int at, double weight, double[] after) {
        if (at == resampled.size()) {
            after[token[0] * 3 + token[1]] += weight;
            return;
        }
        for (int k = 0; k < 3; k++) {
            int[] next = token.clone();
            next[resampled.get(at).position()] = k;
            spread(next, resampled, at + 1, weight * resampled.get(at).probabilities()[k], after);
        }
    }

    @Test
    void names_for_one_mathematics_agree() {
        TokenConfig vq = TokenConfig.of("VQDiffusionScheduler").with("num_vec_classes", 4).with("num_train_timesteps", 5).with("alpha_cum_start", 0.9).with("alpha_cum_end", 0.1)
                .with("gamma_cum_start", 0.1).with("gamma_cum_end", 0.9);
        Refinement step = (Refinement) vq.scheduler(Convention.EXACT).plan(5).steps().get(1);
        Coin coin = (Coin) step.verdict();
        Coin masks = Coin.between(TokenLevel.masking(0.3), TokenLevel.masking(0.5));
        assertArrayEquals(masks.masked().probabilities(false, 3), coin.masked().probabilities(false, 3), 1e-9);
        assertArrayEquals(new double[] {(0.5 - 0.3) / 0.7, 0, 0, 0.5 / 0.7}, masks.masked().probabilities(false, 3), ROUNDING);
        assertEquals(List.of(TokenDraw.candidate()), TokenSamplers.mdlm(3, 2, Survival.LINEAR).draws().get(0).subList(0, 1));
    }
}
