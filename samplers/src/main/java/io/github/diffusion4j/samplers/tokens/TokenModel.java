package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.tokens.Tokens;

/**
 * A network over tokens.
 *
 * @param <A> the array of a library
 */
@FunctionalInterface
public interface TokenModel<A> {

    /**
     * What the network says.
     *
     * @param tokens the tokens
     * @param label the timestep; many networks take none
     * @return the logits, classes last
     */
    A logits(Tokens tokens, double label);
}
