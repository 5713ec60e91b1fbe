package io.github.diffusion4j.samplers.training;

import java.io.Serializable;

/**
 * A learning rate that rises linearly, holds, and falls with the inverse root of the training: {@code reference / sqrt(max(n / hold, 1)) min(n / rise, 1)} (Karras et al., "EDM2",
 * arXiv:2312.02696, code). EDM2 has, in images, reference 0.01 (0.017 for some sizes), hold 70,000 batches and rise 10,000,000. It needs no end of the training, because averages made
 * afterwards stand in for the last decline.
 *
 * @param reference the highest rate, above 0
 * @param hold where the decline begins, in updates or images, above 0
 * @param rise where the rise ends, in the same unit, at least 0; 0 for none
 */
public record LearningRate(double reference, double hold, double rise) implements Serializable {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its domain, naming them
     */
    public LearningRate {
        if (!(reference > 0 && hold > 0 && rise >= 0 && Double.isFinite(reference) && Double.isFinite(rise))) {
            throw new IllegalArgumentException("a learning rate needs a reference and a hold above 0 and a rise of at least 0, got " + reference + ", " + hold + " and " + rise);
        }
    }

    /**
     * The rate.
     *
     * @param trained what was trained so far, in the unit of hold and rise, at least 0
     * @return the rate, at least 0
     * @throws IllegalArgumentException if it is negative or not finite
     */
    public double rate(double trained) {
        if (!(trained >= 0 && Double.isFinite(trained))) {
            throw new IllegalArgumentException("what was trained so far is at least 0 and finite, got " + trained);
        }
        double risen = trained < rise ? trained / rise : 1;
        return reference / Math.sqrt(Math.max(trained / hold, 1)) * risen;
    }
}
