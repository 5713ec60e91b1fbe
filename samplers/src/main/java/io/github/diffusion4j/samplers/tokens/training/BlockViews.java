package io.github.diffusion4j.samplers.tokens.training;

import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.noise.TokenRequest;
import io.github.diffusion4j.core.tokens.Tokens;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Two noised views of tokens, each of which masks what the other shows, as LLaDA 2 is trained: block by block a part q, uniform in (0, 1), of the valid positions is masked; the second view masks the
 * others, so that every token is learned once.
 *
 * @param noisy the first view
 * @param reversed the second view
 */
public record BlockViews(Tokens noisy, Tokens reversed) {

    /**
     * The views of tokens.
     *
     * @param tokens clean tokens
     * @param valid which positions are no padding, counted over the batch
     * @param promptLength how many positions at the beginning are never masked
     * @param blockLength the length of a block
     * @param mask the mask's token
     * @param noise the random numbers
     * @return both views
     */
    public static BlockViews of(Tokens tokens, boolean[] valid, int promptLength, int blockLength, int mask, TokenNoise noise) {
        int length = tokens.length();
        int blocks = Math.max(0, (length - promptLength + blockLength - 1) / blockLength);
        int[] noisy = tokens.values();
        int[] reversed = tokens.values();
        TokenNoise run = noise.forRun(IntStream.range(0, blocks).mapToObj(block -> draws(blockLength, length - promptLength - block * blockLength)).toList());
        for (int block = 0; block < blocks; block++) {
            int first = promptLength + block * blockLength;
            int count = Math.min(blockLength, length - first);
            List<TokenDraw> draws = draws(blockLength, length - first);
            double[] parts = run.uniforms(new TokenRequest(block, draws.get(0), mask + 1, tokens.batch(), length));
            double[] uniforms = run.uniforms(new TokenRequest(block, draws.get(1), mask + 1, tokens.batch(), length));
            for (int place = 0; place < tokens.batch() * count; place++) {
                int at = place / count * length + first + place % count;
                int[] view = uniforms[place] < parts[place / count] ? noisy : reversed;
                view[at] = valid[at] ? mask : view[at];
            }
        }
        return new BlockViews(tokens.with(noisy), tokens.with(reversed));
    }

    private static List<TokenDraw> draws(int blockLength, int left) {
        return List.of(new TokenDraw(TokenDraw.Purpose.COIN, TokenDraw.Kind.UNIFORM, false, 1, 1), new TokenDraw(TokenDraw.Purpose.MASK, TokenDraw.Kind.UNIFORM, false, 1, Math.min(blockLength, left)));
    }

    /**
     * Both views as one batch, the second after the first: what is masked has the weight 1. A time is the part of a sample's positions that is masked.
     *
     * @param clean the clean tokens
     * @param mask the mask's token
     * @return the batch, twice as large
     */
    public TokenBatch batch(Tokens clean, int mask) {
        int[] input = both(noisy, reversed);
        int length = clean.length();
        double[] weights = IntStream.of(input).mapToDouble(token -> token == mask ? 1 : 0).toArray();
        double[] times = IntStream.range(0, 2 * clean.batch()).mapToDouble(sample -> java.util.Arrays.stream(weights, sample * length, (sample + 1) * length).sum() / length).toArray();
        return new TokenBatch(Tokens.of(input, 2 * clean.batch(), length), Tokens.of(both(clean, clean), 2 * clean.batch(), length), times, weights);
    }

    private static int[] both(Tokens one, Tokens other) {
        return IntStream.concat(IntStream.of(one.values()), IntStream.of(other.values())).toArray();
    }
}
