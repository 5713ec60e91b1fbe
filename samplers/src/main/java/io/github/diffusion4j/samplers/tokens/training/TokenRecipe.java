package io.github.diffusion4j.samplers.tokens.training;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenRequest;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.TrainingBatches;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.samplers.tokens.TokenForward;
import java.io.Serializable;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How clean tokens become a training batch, the twin of {@link io.github.diffusion4j.core.training.TrainingRecipe}: times, the process, weights. A batch is a pure function of tokens, seed and iteration.
 *
 * <p>Positions that are masked have the weight, those that are shown have 0; without a mask all have it.
 *
 * @param forward the process
 * @param times how times are drawn
 * @param uniforms how the uniform numbers of a batch go together; MDLM's are {@link Uniforms#lowDiscrepancy}
 * @param weight the weight as a function of the time, divided by the density of the draw
 * @param counted whether a sample has {@code max(1, round((1 - alpha) L))} masks at random positions, as MaskGIT and aMUSEd are trained, and not each position its own chance
 * @param padding a token that is never noised nor learned, {@link TokenPlan#NO_MASK} for none
 */
public record TokenRecipe(TokenForward forward, TokenTimes times, Uniforms uniforms, TokenWeight weight, boolean counted, int padding) implements Serializable {

    private static final double EARLIEST = 1e-3;

    /**
     * Checks that counted masks are masks.
     *
     * @throws IllegalArgumentException if a process without a mask shall have counted ones
     */
    public TokenRecipe {
        if (counted && forward.mask() == TokenPlan.NO_MASK) {
            throw new IllegalArgumentException("masks are counted where there is a mask; " + forward + " has none");
        }
    }

    /**
     * The recipe of a bound: MDLM's and LLaDA's over a {@link io.github.diffusion4j.samplers.tokens.Corruption} that masks, with cross entropies.
     *
     * @param forward the process
     * @return times from 0.001 to 1 at equal distances, the weight of the bound where there is a mask, otherwise 1
     */
    public static TokenRecipe of(TokenForward forward) {
        return new TokenRecipe(forward, TokenTimes.uniform(EARLIEST), Uniforms.lowDiscrepancy(), forward.mask() == TokenPlan.NO_MASK ? TokenWeight.ONE : TokenWeight.BOUND, false, TokenPlan.NO_MASK);
    }

    /**
     * With other times.
     *
     * @param other how times are drawn
     * @return the recipe
     */
    public TokenRecipe withTimes(TokenTimes other) {
        return new TokenRecipe(forward, other, uniforms, weight, counted, padding);
    }

    /**
     * With other uniform numbers, for instance those of one of several workers.
     *
     * @param other how they go together
     * @return the recipe
     */
    public TokenRecipe withUniforms(Uniforms other) {
        return new TokenRecipe(forward, times, other, weight, counted, padding);
    }

    /**
     * With another weight.
     *
     * @param other the weight
     * @return the recipe
     */
    public TokenRecipe withWeight(TokenWeight other) {
        return new TokenRecipe(forward, times, uniforms, other, counted, padding);
    }

    /**
     * With as many masks as the time says, at random positions.
     *
     * @return the recipe
     */
    public TokenRecipe counting() {
        return new TokenRecipe(forward, times, uniforms, weight, true, padding);
    }

    /**
     * With a token that fills up short samples.
     *
     * @param token the token
     * @return the recipe
     */
    public TokenRecipe withPadding(int token) {
        return new TokenRecipe(forward, times, uniforms, weight, counted, token);
    }

    /**
     * The batch of an iteration.
     *
     * @param clean the clean tokens
     * @param fixed positions, counted over the batch, that are neither noised nor learned: prompts
     * @param seed any number
     * @param iteration the training iteration, from 0
     * @return the batch
     */
    public TokenBatch batch(Tokens clean, BitSet fixed, long seed, int iteration) {
        double[] drawn = uniforms.of(new CounterUniform(seed), iteration, clean.batch());
        return batch(clean, fixed, java.util.Arrays.stream(drawn).map(u -> times.time(forward, u)).toArray(), seed, iteration);
    }

    /**
     * The batch of given times.
     *
     * @param clean the clean tokens
     * @param fixed positions, counted over the batch, that are neither noised nor learned: prompts
     * @param time for each sample its time, above 0
     * @param seed any number
     * @param iteration the training iteration, from 0
     * @return the batch
     */
    public TokenBatch batch(Tokens clean, BitSet fixed, double[] time, long seed, int iteration) {
        CounterTokens noise = CounterTokens.of(seed).forSamples(IntStream.range(0, clean.batch()).map(uniforms::place).toArray());
        BitSet still = (BitSet) fixed.clone();
        int[] tokens = clean.values();
        IntStream.range(0, tokens.length).filter(place -> tokens[place] == padding).forEach(still::set);
        Tokens input = counted ? masked(clean, time, still, noise, iteration) : forward.noised(clean, time, still, noise, iteration);
        int[] noised = input.values();
        double[] weights = new double[noised.length];
        for (int place = 0; place < weights.length; place++) {
            double own = time[place / clean.length()];
            boolean learned = !still.get(place) && (forward.mask() == TokenPlan.NO_MASK || noised[place] == forward.mask());
            weights[place] = learned ? weight.weight(forward, own) / times.density(forward, own) : 0;
        }
        return new TokenBatch(input, clean, time, weights);
    }

    private Tokens masked(Tokens clean, double[] time, BitSet still, CounterTokens noise, int iteration) {
        int length = clean.length();
        double[] order = noise.uniforms(new TokenRequest(iteration, TokenDraw.uniform(TokenDraw.Purpose.MASK), forward.states(), clean.batch(), length));
        int[] tokens = clean.values();
        for (int sample = 0; sample < clean.batch(); sample++) {
            List<Integer> free = IntStream.range(sample * length, (sample + 1) * length).filter(place -> !still.get(place)).boxed().sorted(Comparator.comparingDouble(place -> order[place])).toList();
            long count = Math.max(1, Math.round(free.size() * (1 - forward.survival().alpha(time[sample]))));
            free.stream().limit(count).forEach(place -> tokens[place] = forward.mask());
        }
        return clean.with(tokens);
    }

    /**
     * The recipe as training batches of a library: data, input and target are arrays of whole numbers [B, L], of the type of the data; timesteps are the times, [B]; weights are of the shape [B, L].
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @return what makes them, for instance for {@link io.github.diffusion4j.core.training.NoisingIterator}
     */
    public <A> TrainingBatches<A> on(Arrays<A> arrays) {
        return new Over<>(this, arrays);
    }

    /** A recipe over a library. */
    private record Over<A>(TokenRecipe recipe, Arrays<A> arrays) implements TrainingBatches<A> {

        private static final long serialVersionUID = 1;

        @Override
        public NoisedBatch<A> batch(A data, List<A> conditions, long seed, int iteration) {
            TokenBatch batch = recipe.batch(Tokens.of(arrays, data), new BitSet(), seed, iteration);
            ElementType numbers = arrays.type(data) == ElementType.DOUBLE ? ElementType.DOUBLE : ElementType.FLOAT;
            A weights = arrays.make(numbers, arrays.shape(data));
            arrays.onHost(weights, true, host -> host.fill(batch.weights()));
            return new NoisedBatch<>(batch.input().array(arrays, arrays.type(data)), arrays.vector(numbers, batch.times()), List.of(), batch.clean().array(arrays, arrays.type(data)), weights);
        }
    }
}
