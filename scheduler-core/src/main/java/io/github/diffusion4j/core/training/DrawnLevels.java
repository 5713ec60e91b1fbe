package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.Scheduler;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The noise levels of a training batch.
 *
 * @param levels one for each row
 * @param weights for each row an importance weight: with these the weighted loss has the expectation of the draw that is meant; negative where an objective takes something away
 */
public record DrawnLevels(List<NoiseLevel> levels, double... weights) implements Serializable {

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if there are not as many weights as levels, or a weight is not finite, naming it
     */
    public DrawnLevels {
        levels = List.copyOf(levels);
        weights = weights.clone();
        if (levels.size() != weights.length) {
            throw new IllegalArgumentException("each level needs a weight, got " + levels.size() + " levels and " + weights.length + " weights");
        }
        for (int i = 0; i < weights.length; i++) {
            if (!Double.isFinite(weights[i])) {
                throw new IllegalArgumentException("importance weights are finite, got " + weights[i] + " for sample " + i + " at " + levels.get(i));
            }
        }
    }

    /**
     * Levels that are given, all of weight 1.
     *
     * @param levels one for each row
     * @return the levels
     */
    public static DrawnLevels of(List<NoiseLevel> levels) {
        return new DrawnLevels(levels, DoubleStream.generate(() -> 1).limit(levels.size()).toArray());
    }

    /**
     * The levels of given timesteps, all of weight 1.
     *
     * @param scheduler the forward process
     * @param timesteps one for each row, as {@link Scheduler#level} takes them
     * @return the levels
     */
    public static DrawnLevels at(Scheduler scheduler, double... timesteps) {
        return of(DoubleStream.of(timesteps).mapToObj(scheduler::level).toList());
    }

    @Override
    public double[] weights() {
        return weights.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DrawnLevels drawn && levels.equals(drawn.levels) && Arrays.equals(weights, drawn.weights);
    }

    @Override
    public int hashCode() {
        return 31 * levels.hashCode() + Arrays.hashCode(weights);
    }

    @Override
    public String toString() {
        return "DrawnLevels[levels=" + levels + ", weights=" + Arrays.toString(weights) + "]";
    }
}
