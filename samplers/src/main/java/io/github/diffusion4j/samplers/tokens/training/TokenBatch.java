package io.github.diffusion4j.samplers.tokens.training;

import io.github.diffusion4j.core.tokens.Tokens;

/**
 * Tokens that a network trains on.
 *
 * @param input the noised tokens
 * @param clean the tokens that it should find
 * @param times for each sample its time, 0 (data) to 1 (noise)
 * @param weights for each position, counted over the batch, the weight of its loss; 0 where nothing is to be learned
 */
public record TokenBatch(Tokens input, Tokens clean, double[] times, double... weights) {

    /**
     * Copies the arrays.
     *
     * @throws IllegalArgumentException if they do not agree
     */
    public TokenBatch {
        times = times.clone();
        weights = weights.clone();
        if (!java.util.Arrays.equals(input.shape(), clean.shape()) || times.length != clean.batch() || weights.length != clean.batch() * clean.length()) {
            throw new IllegalArgumentException("noised and clean tokens have one shape, each sample a time and each position a weight, got shapes " + java.util.Arrays.toString(input.shape()) + " and "
                    + java.util.Arrays.toString(clean.shape()) + ", " + times.length + " times and " + weights.length + " weights");
        }
    }

    /**
     * The time of a position.
     *
     * @param place the position, counted over the batch
     * @return the time of its sample
     */
    double time(int place) {
        return times[place / clean.length()];
    }
}
