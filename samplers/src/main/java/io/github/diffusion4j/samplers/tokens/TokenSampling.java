package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.tokens.TokenMove;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.core.tokens.Tokens;
import java.util.function.Consumer;

/**
 * The loop of a run over tokens: asks the network until no evaluation that is left can change a token. Holds no state of a run.
 *
 * @param <A> the array of a library
 * @param arrays the library
 * @param model the network
 * @param timeless whether the network takes no time, so that it is not asked again about tokens that a step left as they were (MDLM's cache)
 */
public record TokenSampling<A>(Arrays<A> arrays, TokenModel<A> model, boolean timeless) {

    /**
     * Runs to the end.
     *
     * @param plan the run
     * @param start a state of it
     * @param noise the random numbers
     * @return the tokens at the end
     */
    public Tokens run(TokenPlan plan, TokenState start, TokenNoise noise) {
        return run(plan, start, noise, move -> { });
    }

    /**
     * Runs to the end and tells of each step.
     *
     * @param plan the run
     * @param start a state of it
     * @param noise the random numbers
     * @param listener told of each step after it
     * @return the tokens at the end
     */
    public Tokens run(TokenPlan plan, TokenState start, TokenNoise noise, Consumer<TokenMove> listener) {
        TokenState state = start;
        A logits = null;
        while (!plan.isSettled(state)) {
            if (logits == null || !timeless || !state.unchanged()) {
                logits = model.logits(state.tokens(), plan.label(state.index()));
            }
            TokenMove move = plan.move(arrays, logits, state, noise);
            listener.accept(move);
            state = move.state();
        }
        return state.tokens();
    }
}
