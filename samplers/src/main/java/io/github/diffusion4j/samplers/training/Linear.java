package io.github.diffusion4j.samplers.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A linear combination of what a training step knows of a sample: its data, its noise, and what networks returned before.
 *
 * @param weights the weight of the data, of the noise, then of each answer in the order of the questions; those that are left out are 0
 */
public record Linear(List<Double> weights) {

    /** Nothing. */
    public static final Linear ZERO = new Linear(List.of());
    /** The clean data. */
    public static final Linear DATA = new Linear(List.of(1.0));
    /** The noise. */
    public static final Linear NOISE = new Linear(List.of(0.0, 1.0));

    /** Where answers begin. */
    static final int ANSWERS = 2;

    /** Copies the weights. */
    public Linear {
        weights = List.copyOf(weights);
    }

    /** What a network returned to a question. */
    static Linear answer(int question) {
        List<Double> weights = new ArrayList<>(IntStream.range(0, ANSWERS + question).mapToObj(i -> 0.0).toList());
        weights.add(1.0);
        return new Linear(weights);
    }

    static Linear of(double... weights) {
        return new Linear(Arrays.stream(weights).boxed().toList());
    }

    /**
     * The weight of a register.
     *
     * @param register 0 for the data, 1 for the noise, 2 and more for answers
     * @return the weight
     */
    public double weight(int register) {
        return register < weights.size() ? weights.get(register) : 0;
    }

    /**
     * The sum.
     *
     * @param other what is added
     * @return the sum
     */
    public Linear plus(Linear other) {
        return new Linear(IntStream.range(0, Math.max(weights.size(), other.weights.size())).mapToObj(i -> weight(i) + other.weight(i)).toList());
    }

    /**
     * The difference.
     *
     * @param other what is taken away
     * @return the difference
     */
    public Linear minus(Linear other) {
        return plus(other.times(-1));
    }

    /**
     * The multiple.
     *
     * @param factor by which all weights are multiplied; 0 gives {@link #ZERO}
     * @return the multiple
     */
    public Linear times(double factor) {
        return factor == 0 ? ZERO : new Linear(weights.stream().map(weight -> factor * weight).toList());
    }
}
