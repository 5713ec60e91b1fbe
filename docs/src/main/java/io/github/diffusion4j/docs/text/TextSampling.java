package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.samplers.tokens.TokenSampling;
import java.util.ArrayList;
import java.util.List;

/** Samples a network, always from the same random numbers. */
record TextSampling(TextNetwork network, long seed) {

    /** The states of a run, first to last, which is sooner where the texts are full. */
    List<TokenState> path(TokenPlan plan, TokenState start) {
        List<TokenState> path = new ArrayList<>(List.of(start));
        new TokenSampling<>(Nd4jArrays.ND4J, (tokens, label) -> network.logits(tokens), true).run(plan, start, CounterTokens.of(seed), move -> path.add(move.state()));
        return path;
    }

    List<TokenState> path(TokenPlan plan, int samples) {
        return path(plan, plan.start(samples, Alphabet.LENGTH));
    }

    static Tokens last(List<TokenState> path) {
        return path.get(path.size() - 1).tokens();
    }
}
