package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.kernel.ElementType;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Tokens of a batch: of shape [B, L], or [B, H, W] for pictures, whose positions are counted row by row. Immutable. */
public final class Tokens implements Serializable {

    private static final long serialVersionUID = 1;

    private final int[] shape;
    private final int[] values;

    private Tokens(int[] values, int... shape) {
        this.values = values;
        this.shape = shape;
    }

    /**
     * Given tokens.
     *
     * @param values the tokens in C order, each at least 0; copied
     * @param shape the shape, samples first
     * @return the tokens
     * @throws IllegalArgumentException if there are not as many tokens as the shape asks for, none for each sample, or one is negative
     */
    public static Tokens of(int[] values, int... shape) {
        if (shape.length < 2 || IntStream.of(shape).anyMatch(size -> size < 1) || IntStream.of(shape).asLongStream().reduce(1, Math::multiplyExact) != values.length) {
            throw new IllegalArgumentException("tokens have a shape [B, L] or [B, H, W] of sizes from 1 on with a token for each position, got shape " + Arrays.toString(shape) + " for " + values.length + " tokens");
        }
        for (int token : values) {
            if (token < 0) {
                throw new IllegalArgumentException("tokens count from 0, got " + token);
            }
        }
        return new Tokens(values.clone(), shape.clone());
    }

    /**
     * One token everywhere.
     *
     * @param token the token, for instance the mask
     * @param shape the shape, samples first
     * @return the tokens
     */
    public static Tokens filled(int token, int... shape) {
        int[] values = new int[IntStream.of(shape).reduce(1, Math::multiplyExact)];
        Arrays.fill(values, token);
        return of(values, shape);
    }

    /**
     * Tokens of an array.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param array whole numbers, of any type, samples along the first axis
     * @return the tokens
     * @throws IllegalArgumentException if a value is no whole number from 0 on
     */
    public static <A> Tokens of(io.github.diffusion4j.core.kernel.Arrays<A> arrays, A array) {
        double[] values = arrays.values(array);
        for (double value : values) {
            if (value != Math.rint(value)) {
                throw new IllegalArgumentException("tokens are whole numbers, the array holds " + value);
            }
        }
        return of(Arrays.stream(values).mapToInt(value -> (int) value).toArray(), Arrays.stream(arrays.shape(array)).mapToInt(Math::toIntExact).toArray());
    }

    /**
     * The tokens as an array, as networks read them.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param type its type, one that holds every token exactly
     * @return a new array of the tokens' shape, owned by the caller
     */
    public <A> A array(io.github.diffusion4j.core.kernel.Arrays<A> arrays, ElementType type) {
        A array = arrays.make(type, IntStream.of(shape).asLongStream().toArray());
        arrays.onHost(array, true, host -> host.fill(IntStream.of(values).asDoubleStream().toArray()));
        return array;
    }

    /**
     * The sizes of the axes.
     *
     * @return a copy
     */
    public int[] shape() {
        return shape.clone();
    }

    /**
     * The number of samples.
     *
     * @return the number
     */
    public int batch() {
        return shape[0];
    }

    /**
     * The number of positions of a sample.
     *
     * @return the number
     */
    public int length() {
        return values.length / shape[0];
    }

    /**
     * A token.
     *
     * @param sample the sample, from 0
     * @param position the position, from 0
     * @return the token
     */
    public int at(int sample, int position) {
        return values[sample * length() + position];
    }

    /**
     * All tokens in C order.
     *
     * @return a copy
     */
    public int[] values() {
        return values.clone();
    }

    /**
     * How many positions hold a token.
     *
     * @param token the token
     * @return the number, over all samples
     */
    public int count(int token) {
        return (int) IntStream.of(values).filter(value -> value == token).count();
    }

    /**
     * Other tokens of the same shape.
     *
     * @param other the tokens in C order
     * @return the tokens
     */
    public Tokens with(int... other) {
        return of(other, shape);
    }

    /**
     * Some samples of the batch.
     *
     * @param samples the samples, from 0
     * @return the tokens
     */
    public Tokens samples(int... samples) {
        int length = length();
        int[] smaller = shape.clone();
        smaller[0] = samples.length;
        return of(IntStream.of(samples).flatMap(sample -> Arrays.stream(values, sample * length, (sample + 1) * length)).toArray(), smaller);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tokens tokens && Arrays.equals(shape, tokens.shape) && Arrays.equals(values, tokens.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Tokens" + Arrays.toString(shape) + Arrays.toString(values);
    }
}
