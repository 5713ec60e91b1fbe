package io.github.diffusion4j.samplers.tokens.training;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.plan.Regression;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.samplers.tokens.TokenModel;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The weighted losses of a batch and their gradient.
 *
 * @param <A> the array of a library
 * @param arrays the library
 * @param losses for each position, counted over the batch, its weighted loss
 * @param gradient the derivatives of their sum by the outputs, of the outputs' shape and type; owned by the caller
 */
public record TokenLosses<A>(Arrays<A> arrays, double[] losses, A gradient) implements AutoCloseable {

    /**
     * The losses of outputs.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param outputs what the network says of the batch's input, [B, L, V]
     * @param batch the batch
     * @param loss the loss of a position
     * @return losses and gradient
     * @throws IllegalArgumentException if the outputs do not fit the batch
     */
    public static <A> TokenLosses<A> of(Arrays<A> arrays, A outputs, TokenBatch batch, TokenLoss loss) {
        long[] shape = arrays.shape(outputs);
        if (shape.length != 3 || shape[0] != batch.clean().batch() || shape[1] != batch.clean().length()) {
            throw new IllegalArgumentException("the outputs have the shape " + java.util.Arrays.toString(shape) + ", but the tokens are " + batch.clean().batch() + " samples of " + batch.clean().length()
                    + " positions; classes are the last axis");
        }
        int[] clean = batch.clean().values();
        int[] tokens = batch.input().values();
        double[] losses = new double[clean.length];
        A gradient = arrays.make(arrays.type(outputs), shape);
        arrays.onHost(gradient, true, slopes -> arrays.onHost(outputs, false, said -> {
            HostArray rows = said.byRows(Rows.of(0, 1));
            HostArray out = slopes.byRows(Rows.of(0, 1));
            IntStream.range(0, clean.length).parallel().forEach(place -> {
                double weight = batch.weights()[place];
                double[] row = new double[(int) shape[2]];
                if (weight != 0) {
                    losses[place] = weight * loss.of(new TokenLoss.Position(clean[place], tokens[place], batch.time(place)), rows.row(place).values(), row);
                    java.util.Arrays.setAll(row, k -> weight * row[k]);
                }
                out.row(place).fill(row);
            });
        }));
        return new TokenLosses<>(arrays, losses, gradient);
    }

    /**
     * The mean over all positions.
     *
     * @return the mean loss
     */
    public double mean() {
        return java.util.Arrays.stream(losses).average().orElseThrow();
    }

    /**
     * The loss as a squared error with a target, {@code target = u - V g / 2}: its mean over the batch has the gradient of {@link #mean}. One graph with target and weights as labels trains every loss.
     *
     * @param outputs the outputs u that the losses are of
     * @return the loss, with a new array as target and weights of 1
     */
    public Regression<A> regression(A outputs) {
        long[] shape = arrays.shape(outputs);
        double[] ones = new double[(int) shape[0]];
        java.util.Arrays.fill(ones, 1);
        return Regression.towards(arrays, Rows.SAMPLES, List.of(new Term<>(outputs, 1), new Term<>(gradient, -shape[2] / 2.0)), ones);
    }

    /** Closes the gradient. */
    @Override
    public void close() {
        arrays.close(gradient);
    }

    /**
     * Estimates a bound of {@code -ln p(x)} of each sample, by evaluations whose times are spread evenly. LLaDA's estimate, {@code L / k} times the cross entropy of k masks, is that of
     * {@code TokenRecipe.of(Corruption.masking(Survival.LINEAR, classes, mask)).withTimes(TokenTimes.inSteps(L)).counting()}.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param model the network, which is told the time
     * @param recipe the recipe
     * @param loss the loss of a position
     * @param tokens the tokens
     * @param draws how many evaluations of the network, each with one time for all samples
     * @param seed any number
     * @return for each sample the estimate in nats
     */
    public static <A> double[] bound(Arrays<A> arrays, TokenModel<A> model, TokenRecipe recipe, TokenLoss loss, Tokens tokens, int draws, long seed) {
        double[] bound = new double[tokens.batch()];
        for (int draw = 0; draw < draws; draw++) {
            double time = recipe.times().time(recipe.forward(), Uniforms.stratified().inGroup(draw, draws).of(new CounterUniform(seed), 0, 1)[0]);
            double[] times = new double[tokens.batch()];
            java.util.Arrays.fill(times, time);
            TokenBatch batch = recipe.batch(tokens, new BitSet(), times, seed, draw);
            A outputs = model.logits(batch.input(), time);
            try (TokenLosses<A> losses = of(arrays, outputs, batch, loss)) {
                for (int place = 0; place < losses.losses.length; place++) {
                    bound[place / tokens.length()] += losses.losses[place] / draws;
                }
            }
        }
        return bound;
    }
}
