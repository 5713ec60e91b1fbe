package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.noise.TokenRequest;
import io.github.diffusion4j.core.tokens.Tokens;
import java.io.Serializable;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The forward process of tokens: what becomes of a clean token up to a time t from 0 (data) to 1 (noise), each position by itself. States are the network's classes, and behind them the mask where it
 * is none of these. Everything that runs and losses need is one of three products with the transition probabilities, so that processes of a closed form need no matrices.
 *
 * <p>Implementations are immutable, and equal by value.
 */
public interface TokenForward extends Serializable {

    /**
     * The number of states.
     *
     * @return the number of classes, one more with a mask behind them
     */
    int states();

    /**
     * The mask.
     *
     * @return its token, {@link io.github.diffusion4j.core.tokens.TokenPlan#NO_MASK} for none
     */
    int mask();

    /**
     * How many tokens survive, for processes in which a token either does or is lost without a trace.
     *
     * @return the schedule
     * @throws UnsupportedOperationException if a token changes little by little
     */
    default Survival survival() {
        throw new UnsupportedOperationException("in " + this + " tokens change little by little, so that there is no schedule of how many survive; weigh by TokenWeight.ONE and train with a bound of the chain");
    }

    /**
     * The distribution of a token at a time, {@code m(x) = sum_k q(x_t = x | x_0 = k) w(k)}.
     *
     * @param time the time
     * @param weights for each state the weight of its being the clean token
     * @return for each state its weight
     */
    double[] marginal(double time, double... weights);

    /**
     * The transpose of {@link #marginal}: {@code sum_x q(x_t = x | x_0 = k) v(x)}.
     *
     * @param time the time
     * @param values a value for each state
     * @return for each clean token the expectation
     */
    double[] expectation(double time, double... values);

    /**
     * How likely a state came from each other one, {@code q(x_t = token | x_s = .)}; with s = 0 the likelihoods of clean tokens.
     *
     * @param from the cleaner time s
     * @param to the noisier time t
     * @return for a state at t, for each state at s the probability that it becomes that one
     */
    IntFunction<double[]> likelihood(double from, double to);

    /**
     * What becomes of a clean token.
     *
     * @param clean the token
     * @param time the time
     * @param uniform a number in [0, 1) that decides
     * @param random a token drawn uniformly from the classes, for processes that draw anew
     * @return the token at that time
     */
    int noised(int clean, double time, double uniform, int random);

    /**
     * Noises tokens: {@code q(x_t | x_0)}, a pure function of its arguments.
     *
     * @param clean the clean tokens
     * @param times for each sample its time
     * @param fixed positions, counted over the batch, that stay as they are: prompts, padding
     * @param noise the random numbers
     * @param iteration which of their draws, from 0
     * @return the noised tokens
     * @throws IllegalArgumentException if there is not a time for each sample, or a clean token is none of the states
     */
    default Tokens noised(Tokens clean, double[] times, BitSet fixed, TokenNoise noise, int iteration) {
        int[] tokens = clean.values();
        checkTimes(clean, times);
        TokenDraw which = TokenDraw.uniform(TokenDraw.Purpose.MASK);
        TokenDraw anew = TokenDraw.tokens(TokenDraw.Purpose.RANDOM);
        int classes = mask() == states() - 1 ? states() - 1 : states();
        TokenNoise run = noise.forRun(java.util.Collections.nCopies(iteration + 1, List.of(which, anew)));
        double[] uniforms = run.uniforms(new TokenRequest(iteration, which, classes, clean.batch(), clean.length()));
        int[] random = run.integers(new TokenRequest(iteration, anew, classes, clean.batch(), clean.length()));
        for (int place = 0; place < tokens.length; place++) {
            if (tokens[place] >= states()) {
                throw new IllegalArgumentException("the tokens hold " + tokens[place] + ", but this process has " + states() + " states, the mask included");
            }
            if (!fixed.get(place) && tokens[place] != mask()) {
                tokens[place] = noised(tokens[place], times[place / clean.length()], uniforms[place], random[place]);
            }
        }
        return clean.with(tokens);
    }

    private static void checkTimes(Tokens clean, double... times) {
        if (times.length != clean.batch()) {
            throw new IllegalArgumentException("each sample has a time, got " + times.length + " times for " + clean.batch() + " samples");
        }
    }
}
