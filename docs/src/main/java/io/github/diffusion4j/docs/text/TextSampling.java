package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.core.tokens.Tokens;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Samples a network, always from the same random numbers. */
record TextSampling(TextNetwork network, long seed) {

    /** The states of a run, first to last. */
    List<TokenState> path(TokenPlan plan, TokenState start) {
        TokenNoise noise = CounterTokens.of(seed);
        List<TokenState> path = new ArrayList<>(List.of(start));
        for (int i = 0; i < plan.evaluations(); i++) {
            TokenState state = path.get(i);
            try (INDArray logits = network.logits(state.tokens())) {
                path.add(plan.step(Nd4jArrays.ND4J, logits, state, noise));
            }
        }
        return path;
    }

    List<TokenState> path(TokenPlan plan, int samples) {
        return path(plan, plan.start(samples, Alphabet.LENGTH));
    }

    static Tokens last(List<TokenState> path) {
        return path.get(path.size() - 1).tokens();
    }
}
