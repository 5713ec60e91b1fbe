package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import java.util.List;

/**
 * What the student is to learn from one sample: see this, return that.
 *
 * @param input what the student sees, after its input scale
 * @param time what it is told of the time
 * @param columns what else it is told
 * @param target what it is to return, before the normalised part
 * @param normalised what is added to the target
 * @param level the noise level
 * @param quantity whose error the recipe's loss weight is of: that of the network's output, or of the data
 * @param weight the weight of the squared error of the output where the recipe's loss weight is 1
 */
public record Lesson(Linear input, double time, List<Double> columns, Linear target, Normalised normalised, NoiseLevel level, Parameterization quantity, double weight) {

    /** Copies the list. */
    public Lesson {
        columns = List.copyOf(columns);
    }

    /**
     * A vector that is divided by a norm: {@code part / (norm(by) + constant)}.
     *
     * @param part the vector
     * @param by whose norm it is divided by
     * @param norm the norm
     * @param constant what is added to the norm
     */
    public record Normalised(Linear part, Linear by, Norm norm, double constant) {

        /** Nothing. */
        public static final Normalised NONE = new Normalised(Linear.ZERO, Linear.ZERO, Norm.EUCLIDEAN, 1);
    }

    /** Norms of a sample. */
    public enum Norm {
        /** The root of the sum of squares. */
        EUCLIDEAN,
        /** The mean of absolute values. */
        MEAN_ABSOLUTE
    }

    /**
     * With another weight.
     *
     * @param other the weight of the squared error
     * @return the lesson
     */
    public Lesson withWeight(double other) {
        return new Lesson(input, time, columns, target, normalised, level, quantity, other);
    }

    /**
     * With a vector that is added to the target.
     *
     * @param other the vector and its norm
     * @return the lesson
     */
    public Lesson withNormalised(Normalised other) {
        return new Lesson(input, time, columns, target, other, level, quantity, weight);
    }
}
