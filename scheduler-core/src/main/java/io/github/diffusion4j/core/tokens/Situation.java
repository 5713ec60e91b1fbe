package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.noise.TokenRequest;

/**
 * What a step is taken from.
 *
 * @param logits what the network said, [positions of the batch, classes]
 * @param state the state before the step
 * @param noise the random numbers, of this run
 * @param mask the mask's token, -1 where none is
 */
public record Situation(HostArray logits, TokenState state, TokenNoise noise, int mask) {

    /**
     * The tokens before the step.
     *
     * @return the tokens
     */
    public Tokens tokens() {
        return state.tokens();
    }

    /**
     * How many classes the network has.
     *
     * @return the number
     */
    public int vocabulary() {
        return (int) logits.size(1);
    }

    /**
     * How many classes are tokens: without the mask, where the network has a class for it.
     *
     * @return the number
     */
    public int realClasses() {
        return mask >= 0 && mask < vocabulary() ? vocabulary() - 1 : vocabulary();
    }

    /**
     * The request for random numbers of this step.
     *
     * @param draw which
     * @return the request
     */
    public TokenRequest request(TokenDraw draw) {
        return new TokenRequest(state.index(), draw, vocabulary(), tokens().batch(), tokens().length());
    }
}
