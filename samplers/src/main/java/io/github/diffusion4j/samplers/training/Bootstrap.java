package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.noise.CounterUniform;
import java.io.Serializable;

/**
 * A target that networks help to make: a few evaluations without gradient, then the output that the student is to match. Distillation, consistency, mean flows and shortcuts are of this form.
 *
 * <p>Like a solver it is scalar code: it asks its questions on a {@link Tape}, whose answers are symbols, and returns weights. The rows of a batch ask the same questions in the same order, at
 * levels of their own.
 */
@FunctionalInterface
public interface Bootstrap extends Serializable {

    /**
     * The lesson of one sample.
     *
     * @param tape takes the questions
     * @param level the noise level at which the student sees the sample
     * @param chance further random numbers of the sample
     * @param iteration the training iteration, from 0
     * @return the lesson
     * @throws IllegalArgumentException if there is none at this level, with the reason
     */
    Lesson lesson(Tape tape, NoiseLevel level, Chance chance, int iteration);

    /**
     * The random numbers of a sample in an iteration.
     *
     * @param numbers the numbers
     * @param iteration the training iteration
     * @param row the sample
     */
    record Chance(CounterUniform numbers, int iteration, int row) {

        private static final int MOST = 16;

        /**
         * A uniform number.
         *
         * @param place which number of the sample, 0 to 15
         * @return a number in (0, 1)
         */
        public double uniform(int place) {
            return Math.max(0x1p-54, numbers.at(iteration, row * MOST + place));
        }
    }
}
