package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Chances;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The random numbers of runs over tokens, as a pure function: equal requests give equal numbers, in any order and on any thread. Positions are counted over the batch, sample after sample.
 *
 * <p>Implementations are immutable.
 */
public interface TokenNoise extends Serializable {

    /**
     * Uniform numbers.
     *
     * @param request which
     * @return one number in [0, 1) for each position
     */
    double[] uniforms(TokenRequest request);

    /**
     * Whole numbers below the number of classes.
     *
     * @param request which
     * @return one number for each position
     */
    int[] integers(TokenRequest request);

    /**
     * The numbers by which classes are drawn.
     *
     * @param request which
     * @return the numbers of each position
     */
    Chances chances(TokenRequest request);

    /**
     * The same source for a run whose evaluations draw in a given order: what a generator must know that draws call by call. Plans ask for it themselves.
     *
     * @param run for each evaluation what it draws, in order
     * @return the source for that run; the source itself where numbers follow from the request alone
     */
    default TokenNoise forRun(List<List<TokenDraw>> run) {
        return this;
    }

    /**
     * The source for a run that follows others on the same random numbers: its evaluations count on from theirs.
     *
     * @param before what the evaluations before drew, in order
     * @return the source
     */
    default TokenNoise after(List<List<TokenDraw>> before) {
        return before.isEmpty() ? this : new After(this, before);
    }

    /**
     * What follows on other runs.
     *
     * @param noise the source of all of them
     * @param before what the evaluations before drew, in order
     */
    record After(TokenNoise noise, List<List<TokenDraw>> before) implements TokenNoise {

        /** Copies the list. */
        public After {
            before = List.copyOf(before);
        }

        private TokenRequest later(TokenRequest request) {
            return new TokenRequest(request.evaluation() + before.size(), request.draw(), request.vocabulary(), request.batch(), request.length());
        }

        @Override
        public double[] uniforms(TokenRequest request) {
            return noise.uniforms(later(request));
        }

        @Override
        public int[] integers(TokenRequest request) {
            return noise.integers(later(request));
        }

        @Override
        public Chances chances(TokenRequest request) {
            return noise.chances(later(request));
        }

        @Override
        public TokenNoise forRun(List<List<TokenDraw>> run) {
            List<List<TokenDraw>> all = new ArrayList<>(before);
            all.addAll(run);
            return new After(noise.forRun(all), before);
        }
    }

    /**
     * The source for runs that draw nothing; asking it for numbers is an error.
     *
     * @return the source
     */
    static TokenNoise none() {
        return new None();
    }

    /** No random numbers. */
    record None() implements TokenNoise {

        private static IllegalStateException refusal(TokenRequest request) {
            return new IllegalStateException("random numbers were asked for (" + request + ") but the run has no source; pass one, e.g. CounterTokens.of(seed)");
        }

        @Override
        public double[] uniforms(TokenRequest request) {
            throw refusal(request);
        }

        @Override
        public int[] integers(TokenRequest request) {
            throw refusal(request);
        }

        @Override
        public Chances chances(TokenRequest request) {
            throw refusal(request);
        }
    }
}
