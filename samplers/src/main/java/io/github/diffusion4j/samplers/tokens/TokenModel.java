package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.tokens.Tokens;
import java.util.List;

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

    /**
     * A guided network, {@code u + scale (c - u)} on logits: {@code p ~ p_u (p_c / p_u)^scale}. The scale is UDLM's gamma, and LLaDA's cfg_scale + 1.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param conditional c, the network with its condition
     * @param unconditional u, without, or with the prompt masked
     * @param scale 1 for no guidance, finite
     * @return the network
     */
    static <A> TokenModel<A> guided(Arrays<A> arrays, TokenModel<A> conditional, TokenModel<A> unconditional, double scale) {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("a guidance scale is finite, got " + scale);
        }
        return (tokens, label) -> {
            A c = conditional.logits(tokens, label);
            A u = unconditional.logits(tokens, label);
            A guided = arrays.make(arrays.type(c), arrays.shape(c));
            Kernels.combine(arrays, Rows.SAMPLES, guided, true, List.of(new Term<>(c, scale), new Term<>(u, 1 - scale)));
            return guided;
        };
    }
}
