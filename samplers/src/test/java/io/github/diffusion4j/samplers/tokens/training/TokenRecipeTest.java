package io.github.diffusion4j.samplers.tokens.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.plan.Regression;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.samplers.tokens.Corruption;
import io.github.diffusion4j.samplers.tokens.Survival;
import io.github.diffusion4j.samplers.tokens.TokenChain;
import io.github.diffusion4j.samplers.tokens.TokenKernel;
import io.github.diffusion4j.samplers.tokens.TokenModel;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenRecipeTest {

    private static final int MASK = 6;
    private static final int LENGTH = 10;
    private static final Corruption MASKING = Corruption.masking(Survival.LINEAR, MASK, MASK);
    private static final TokenRecipe BOUND = TokenRecipe.of(MASKING);

    private static Tokens tokens(int batch) {
        return Tokens.of(IntStream.range(0, batch * LENGTH).map(i -> i % 5).toArray(), batch, LENGTH);
    }

    @Test
    void what_is_masked_is_learned_and_what_is_shown_or_fixed_is_not() {
        Tokens clean = tokens(8);
        BitSet prompt = new BitSet();
        IntStream.range(0, 8).forEach(sample -> prompt.set(sample * LENGTH, sample * LENGTH + 2));
        TokenBatch batch = BOUND.withPadding(4).batch(clean, prompt, 1, 3);
        for (int place = 0; place < 8 * LENGTH; place++) {
            int sample = place / LENGTH;
            boolean masked = batch.input().at(sample, place % LENGTH) == MASK;
            boolean still = prompt.get(place) || clean.at(sample, place % LENGTH) == 4;
            assertTrue(!(still && masked));
            assertEquals(masked ? 1 / batch.times()[sample] * (1 - 1e-3) : 0, batch.weights()[place], 1e-12);
            assertTrue(masked || batch.input().at(sample, place % LENGTH) == clean.at(sample, place % LENGTH));
        }
        assertTrue(batch.input().count(MASK) > 10);
    }

    @Test
    void counted_masks_are_counted() {
        TokenBatch batch = BOUND.counting().withTimes(TokenTimes.inSteps(LENGTH)).batch(tokens(20), new BitSet(), 5, 0);
        for (int sample = 0; sample < 20; sample++) {
            int own = sample;
            assertEquals(Math.round(LENGTH * batch.times()[sample]), IntStream.range(0, LENGTH).filter(l -> batch.input().at(own, l) == MASK).count());
        }
        assertThrows(IllegalArgumentException.class, () -> TokenRecipe.of(Corruption.uniform(Survival.LINEAR, 3)).counting());
    }

    @Test
    void batches_of_workers_are_together_one_batch() {
        Tokens all = tokens(6);
        TokenBatch whole = BOUND.withUniforms(Uniforms.stratified()).batch(all, new BitSet(), 9, 2);
        for (int worker = 0; worker < 2; worker++) {
            int group = worker;
            int[] own = IntStream.range(0, 3).map(i -> group + 2 * i).toArray();
            TokenBatch part = BOUND.withUniforms(Uniforms.stratified().inGroup(worker, 2)).batch(all.samples(own), new BitSet(), 9, 2);
            for (int i = 0; i < 3; i++) {
                assertEquals(whole.times()[own[i]], part.times()[i], 0);
                assertEquals(whole.input().samples(own[i]), part.input().samples(i));
            }
        }
    }

    /** Weights divided by densities integrate to one number. */
    @Test
    void every_draw_of_times_has_the_same_expectation() {
        for (Survival survival : List.of(Survival.LINEAR, Survival.COSINE, Survival.GEOMETRIC)) {
            Corruption forward = Corruption.masking(survival, 3, 3);
            for (TokenTimes times : List.of(TokenTimes.uniform(0.01), TokenTimes.evenly(0.01))) {
                int points = 20_000;
                double mean = IntStream.range(0, points).mapToDouble(i -> {
                    double time = times.time(forward, (i + 0.5) / points);
                    return -survival.slope(time) / times.density(forward, time);
                }).average().orElseThrow();
                assertEquals(survival.alpha(0.01) - survival.alpha(1), mean, 1e-4, survival + " " + times);
            }
            double even = TokenWeight.BOUND.weight(forward, 0.3) / TokenTimes.evenly(0.01).density(forward, 0.3);
            assertEquals(even, TokenWeight.BOUND.weight(forward, 0.9) / TokenTimes.evenly(0.01).density(forward, 0.9), 1e-9 * even);
        }
    }

    @Test
    void a_library_gets_the_same_batch_as_arrays_of_whole_numbers() {
        Tokens clean = tokens(4);
        for (ElementType type : List.of(ElementType.FLOAT, ElementType.DOUBLE, ElementType.INT64)) {
            HostArray data = HostArrays.HEAP.make(type, 4, LENGTH);
            data.fill(Arrays.stream(clean.values()).asDoubleStream().toArray());
            NoisedBatch<HostArray> arrays = BOUND.on(HostArrays.HEAP).batch(data, List.of(), 7, 1);
            TokenBatch batch = BOUND.batch(clean, new BitSet(), 7, 1);
            assertArrayEquals(Arrays.stream(batch.input().values()).asDoubleStream().toArray(), arrays.input().values(), 0);
            assertArrayEquals(Arrays.stream(clean.values()).asDoubleStream().toArray(), arrays.target().values(), 0);
            assertArrayEquals(batch.weights(), arrays.weights().values(), 1e-5);
            assertArrayEquals(batch.times(), arrays.timesteps().values(), 1e-7);
        }
        HostArray broken = HostArray.of(new double[] {0.5, 1}, 1, 2);
        assertThrows(IllegalArgumentException.class, () -> BOUND.on(HostArrays.HEAP).batch(broken, List.of(), 7, 1));
    }

    @Test
    void the_regression_has_the_gradient_of_the_mean_loss() {
        TokenBatch batch = BOUND.batch(tokens(3), new BitSet(), 2, 0);
        HostArray outputs = HostArrays.HEAP.make(ElementType.DOUBLE, 3, LENGTH, MASK);
        outputs.fill(IntStream.range(0, 3 * LENGTH * MASK).mapToDouble(i -> Math.sin(i)).toArray());
        TokenLoss loss = TokenLoss.crossEntropy(MASK);
        try (TokenLosses<HostArray> losses = TokenLosses.of(HostArrays.HEAP, outputs, batch, loss); Regression<HostArray> regression = losses.regression(outputs)) {
            double[] target = regression.target().values();
            double[] values = outputs.values();
            int each = LENGTH * MASK;
            for (int i = 0; i < values.length; i += 7) {
                double h = 1e-5;
                double[] up = values.clone();
                up[i] += h;
                double[] down = values.clone();
                down[i] -= h;
                double slope = (mean(up, batch, loss) - mean(down, batch, loss)) / (2 * h);
                assertEquals(slope, 2 * (values[i] - target[i]) / each / 3, 1e-8);
            }
        }
        HostArray wrong = HostArrays.HEAP.make(ElementType.DOUBLE, 3, LENGTH + 1, MASK);
        assertThrows(IllegalArgumentException.class, () -> TokenLosses.of(HostArrays.HEAP, wrong, batch, loss));
    }

    private static double mean(double[] values, TokenBatch batch, TokenLoss loss) {
        return TokenLosses.of(HostArrays.HEAP, HostArray.of(values, 3, LENGTH, MASK), batch, loss).mean();
    }

    /** The first token is 0 or 1 with .9 and .1, the second is the same with .8: bounds of 4,000 copies of (0, 1), within five deviations of their mean. */
    @Test
    void estimates_of_bounds_have_the_expectation_of_the_closed_form() {
        double[][] joint = {{.72, .18}, {.02, .08}};
        TokenModel<HostArray> exact = (tokens, label) -> {
            HostArray logits = HostArrays.HEAP.make(ElementType.DOUBLE, tokens.batch(), 2, 2);
            double[] values = new double[tokens.batch() * 4];
            for (int i = 0; i < values.length; i++) {
                int sample = i / 4;
                int other = tokens.at(sample, 1 - i / 2 % 2);
                int label0 = i % 2;
                double p = 0;
                double all = 0;
                for (int a = 0; a < 2; a++) {
                    for (int b = 0; b < 2; b++) {
                        double weight = i / 2 % 2 == 0 ? joint[a][b] : joint[b][a];
                        boolean fits = other == 2 || b == other;
                        all += fits ? weight : 0;
                        p += fits && a == label0 ? weight : 0;
                    }
                }
                values[i] = Math.log(p / all);
            }
            logits.fill(values);
            return logits;
        };
        double both = (-Math.log(.9) - Math.log(.26)) / 2;
        double one = (-Math.log(.18 / .26) - Math.log(.18 / .9)) / 2;
        Tokens copies = Tokens.of(IntStream.range(0, 8000).map(i -> i % 2).toArray(), 4000, 2);
        Corruption forward = Corruption.masking(Survival.LINEAR, 2, 2);
        TokenRecipe counted = TokenRecipe.of(forward).withTimes(TokenTimes.inSteps(2)).counting();
        double[] bound = TokenLosses.bound(HostArrays.HEAP, exact, counted, TokenLoss.crossEntropy(2), copies, 2, 3);
        double deviation = Math.sqrt(Arrays.stream(bound).map(b -> (b - both - one) * (b - both - one)).average().orElseThrow());
        assertEquals(both + one, Arrays.stream(bound).average().orElseThrow(), 5 * deviation / Math.sqrt(4000) + 1e-9);
    }

    @Test
    void two_views_learn_every_valid_token_once() {
        Tokens clean = tokens(3);
        boolean[] valid = new boolean[3 * LENGTH];
        Arrays.fill(valid, 0, 25, true);
        TokenBatch batch = BlockViews.of(clean, valid, 2, 4, MASK, CounterTokens.of(1)).batch(clean, MASK);
        for (int place = 0; place < 3 * LENGTH; place++) {
            double learned = batch.weights()[place] + batch.weights()[3 * LENGTH + place];
            assertEquals(valid[place] && place % LENGTH >= 2 ? 1 : 0, learned, 0);
        }
        assertTrue(batch.input().count(MASK) == 3 * 8 - 5 && !batch.input().samples(0).equals(batch.input().samples(3)));
    }

    @Test
    void a_chain_without_a_mask_is_learned_everywhere() {
        TokenChain chain = TokenChain.of(TokenKernel.gaussian(6), TokenChain.linearBetas(10, 0.1, 0.5));
        TokenBatch batch = TokenRecipe.of(chain).withTimes(TokenTimes.inSteps(10)).batch(tokens(4), new BitSet(), 1, 0);
        assertTrue(Arrays.stream(batch.weights()).allMatch(weight -> weight == 1));
        assertTrue(Arrays.stream(batch.times()).allMatch(time -> Math.abs(10 * time - Math.rint(10 * time)) < 1e-9 && time > 0));
    }
}
