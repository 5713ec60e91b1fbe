package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.noise.TokenDraw;
import java.io.Serializable;
import java.util.List;

/** One network evaluation of a run over tokens and what follows from it: the extension point for rules that {@link Refinement} does not compose. Implementations are immutable, and equal by value. */
public interface TokenStep extends Serializable {

    /**
     * What the network is told.
     *
     * @return the timestep
     */
    double label();

    /**
     * The random numbers that the step takes, in the order in which a generator gives them.
     *
     * @return what is drawn
     */
    List<TokenDraw> draws();

    /**
     * Whether the step changes nothing whatever the network says.
     *
     * @param tokens the tokens before it
     * @param mask the mask's token
     * @return true if it cannot change them
     */
    default boolean isIdle(Tokens tokens, int mask) {
        return false;
    }

    /**
     * Takes the step.
     *
     * @param situation what the network said, and of what
     * @return the tokens after it, and what led to them
     */
    TokenMove move(Situation situation);
}
