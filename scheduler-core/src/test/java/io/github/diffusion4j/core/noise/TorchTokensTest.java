package io.github.diffusion4j.core.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.diffusion4j.core.kernel.Chances;
import io.github.diffusion4j.core.random.TorchGenerator;
import io.github.diffusion4j.core.random.TorchType;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests are served in the order in which a run draws, with the numbers of the generator at that call. Recorded runs test the numbers themselves. */
class TorchTokensTest {

    private static final List<List<TokenDraw>> RUN = List.of(List.of(TokenDraw.candidate(), TokenDraw.uniform(TokenDraw.Purpose.SELECTION)), List.of(), List.of(TokenDraw.candidate(), TokenDraw.tokens(TokenDraw.Purpose.RANDOM)));

    private static TokenRequest request(int evaluation, TokenDraw draw) {
        return new TokenRequest(evaluation, draw, 5, 2, 3);
    }

    @Test
    void each_call_begins_where_the_one_before_ended() {
        TokenNoise noise = TorchTokens.of(3).forRun(RUN);
        TorchGenerator second = TorchGenerator.seeded(3).exponential(TorchType.FLOAT32, 30).next();
        assertArrayEquals(second.rand(TorchType.FLOAT32, 6).values(), noise.uniforms(request(0, TokenDraw.uniform(TokenDraw.Purpose.SELECTION))));
        TorchGenerator third = second.rand(TorchType.FLOAT32, 6).next();
        assertEquals(third, TorchGenerator.seeded(3).afterWords(66));
        TorchGenerator fourth = third.exponential(TorchType.FLOAT32, 30).next();
        assertArrayEquals(fourth.randint(0, 5, 6).values(), IntStream.of(noise.integers(request(2, TokenDraw.tokens(TokenDraw.Purpose.RANDOM)))).asLongStream().toArray());
        TokenNoise random = TorchTokens.of(3).fromRandomTokens().forRun(RUN);
        assertArrayEquals(TorchGenerator.seeded(3).randint(0, 5, 6).values(), IntStream.of(random.integers(request(0, TokenDraw.tokens(TokenDraw.Purpose.START)))).asLongStream().toArray());
        assertArrayEquals(TorchGenerator.seeded(3).afterWords(66).rand(TorchType.FLOAT32, 6).values(), random.uniforms(request(0, TokenDraw.uniform(TokenDraw.Purpose.SELECTION))));
    }

    @Test
    void a_choice_is_multinomials() {
        double[] weights = IntStream.range(0, 30).mapToDouble(i -> 1 + i % 7).toArray();
        Chances chances = TorchTokens.of(8).forRun(RUN).chances(request(0, TokenDraw.candidate()));
        int[] drawn = IntStream.range(0, 6).map(row -> chances.draw(row, java.util.Arrays.copyOfRange(weights, 5 * row, 5 * row + 5), 5)).toArray();
        assertArrayEquals(TorchGenerator.seeded(8).multinomial(TorchType.FLOAT32, weights, 5).values(), IntStream.of(drawn).asLongStream().toArray());
        assertEquals(TorchGenerator.seeded(8).afterWords(60), TorchGenerator.seeded(8).multinomial(TorchType.FLOAT32, weights, 5).next());
        assertThrows(IllegalArgumentException.class, () -> TorchGenerator.seeded(1).multinomial(TorchType.FLOAT32, new double[4], 3));
    }

    @Test
    void what_a_run_does_not_draw_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> TorchTokens.of(1).forRun(RUN).uniforms(request(1, TokenDraw.uniform(TokenDraw.Purpose.SELECTION))));
        assertThrows(IllegalArgumentException.class, () -> TorchTokens.of(1).uniforms(request(0, TokenDraw.uniform(TokenDraw.Purpose.SELECTION))));
        assertThrows(IllegalStateException.class, () -> TokenNoise.none().uniforms(request(0, TokenDraw.candidate())));
        assertThrows(IllegalArgumentException.class, () -> CounterTokens.of(1).forSamples(0, 1, 2).uniforms(request(0, TokenDraw.uniform(TokenDraw.Purpose.SELECTION))));
    }
}
