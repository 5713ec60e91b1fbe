package io.github.diffusion4j.samplers.tokens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.tokens.Tokens;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forward processes as Markov chains. */
class TokenForwardTest {

    private static final int CLASSES = 5;

    static List<TokenForward> processes() {
        return List.of(Corruption.masking(Survival.LINEAR, CLASSES, CLASSES), Corruption.masking(Survival.COSINE, CLASSES, 2), Corruption.uniform(Survival.LINEAR, CLASSES),
                TokenChain.of(TokenKernel.uniform(CLASSES), TokenChain.linearBetas(12, 0.02, 1)), TokenChain.of(TokenKernel.gaussian(CLASSES), TokenChain.linearBetas(12, 0.1, 0.5)),
                TokenChain.of(TokenKernel.banded(CLASSES, 1), TokenChain.cosineBetas(12)), TokenChain.of(TokenKernel.absorbing(CLASSES, 2), TokenChain.evenBetas(12)));
    }

    private static double[] unit(TokenForward forward, int at) {
        double[] unit = new double[forward.states()];
        unit[at] = 1;
        return unit;
    }

    @ParameterizedTest
    @MethodSource("processes")
    void marginals_are_distributions_that_go_on_from_one_another(TokenForward forward) {
        for (int clean : IntStream.range(0, CLASSES).filter(token -> token != forward.mask()).toArray()) {
            double[] sooner = forward.marginal(0.25, unit(forward, clean));
            double[] later = forward.marginal(0.75, unit(forward, clean));
            assertEquals(1, Arrays.stream(later).sum(), 1e-12);
            for (int x = 0; x < forward.states(); x++) {
                double[] step = forward.likelihood(0.25, 0.75).apply(x);
                assertEquals(later[x], IntStream.range(0, step.length).mapToDouble(k -> sooner[k] * step[k]).sum(), 1e-12);
                assertEquals(later[x], forward.likelihood(0, 0.75).apply(x)[clean], 1e-12);
                assertEquals(later[x], forward.expectation(0.75, unit(forward, x))[clean], 1e-12);
            }
            assertArrayEquals(unit(forward, clean), forward.marginal(0, unit(forward, clean)), 0);
        }
    }

    /** Shares of 60,000 positions, within five deviations: a false alarm in 10^5 runs. */
    @ParameterizedTest
    @MethodSource("processes")
    void noised_tokens_are_distributed_by_the_marginals(TokenForward forward) {
        int count = 60_000;
        Tokens clean = Tokens.filled(1, 2, count);
        BitSet fixed = new BitSet();
        fixed.set(count, 2 * count, true);
        Tokens noised = forward.noised(clean, new double[] {0.5, 0.5}, fixed, CounterTokens.of(3), 4);
        double[] expected = forward.marginal(0.5, unit(forward, 1));
        for (int x = 0; x < expected.length; x++) {
            int token = x;
            double share = IntStream.range(0, count).filter(place -> noised.at(0, place) == token).count() / (double) count;
            assertEquals(expected[x], share, 5 * Math.sqrt(expected[x] * (1 - expected[x]) / count) + 1e-12);
        }
        assertTrue(IntStream.range(0, count).allMatch(place -> noised.at(1, place) == 1));
        assertArrayEquals(noised.values(), forward.noised(clean, new double[] {0.5, 0.5}, fixed, CounterTokens.of(3), 4).values());
    }

    /** Austin et al.'s formula, by hand for four classes. */
    @Test
    void the_gaussian_kernel_has_the_width_of_the_paper() {
        assertArrayEquals(new double[] {.76595, .21867, .01519, .00018}, TokenKernel.gaussian(4).matrix(0.5)[0], 1e-5);
        double[][] banded = TokenKernel.banded(4, 1).matrix(0.4);
        assertArrayEquals(new double[] {0.1, 0.8, 0.1, 0}, banded[1], 1e-12);
    }

    @Test
    void closed_forms_are_chains() {
        SplittableRandom random = new SplittableRandom(1);
        double[] weights = random.doubles(CLASSES).toArray();
        TokenChain drawn = TokenChain.of(TokenKernel.uniform(CLASSES), TokenChain.evenBetas(8));
        TokenChain masked = TokenChain.of(TokenKernel.absorbing(CLASSES, 2), TokenChain.evenBetas(8));
        weights[2] = 0;
        for (double time : new double[] {0, 0.125, 0.5, 1}) {
            assertArrayEquals(Corruption.uniform(Survival.LINEAR, CLASSES).marginal(time, weights), drawn.marginal(time, weights), 1e-12);
            assertArrayEquals(Corruption.masking(Survival.LINEAR, CLASSES, 2).marginal(time, weights), masked.marginal(time, weights), 1e-12);
        }
    }

    @Test
    void what_is_no_process_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> Corruption.masking(Survival.LINEAR, 4, 5));
        assertThrows(IllegalArgumentException.class, () -> TokenChain.of(TokenKernel.absorbing(4, 0), 1.5));
        assertThrows(IllegalArgumentException.class, () -> TokenChain.of(TokenKernel.uniform(1), 0.5));
        assertThrows(IllegalArgumentException.class, () -> TokenChain.of(TokenKernel.gaussian(4), -1));
        assertThrows(IllegalArgumentException.class, () -> TokenKernel.absorbing(4, 4));
        TokenForward forward = Corruption.uniform(Survival.LINEAR, 4);
        assertThrows(IllegalArgumentException.class, () -> forward.noised(Tokens.filled(4, 1, 2), new double[] {0.5}, new BitSet(), CounterTokens.of(1), 0));
        assertThrows(IllegalArgumentException.class, () -> forward.noised(Tokens.filled(3, 1, 2), new double[] {0.5, 0.5}, new BitSet(), CounterTokens.of(1), 0));
        assertThrows(UnsupportedOperationException.class, () -> TokenChain.of(TokenKernel.gaussian(4), 0.5).survival());
    }
}
