package io.github.diffusion4j.core;

import java.io.Serializable;

/** A curve of noise levels: from a time to its level, and from a noise level back to its time. Immutable. */
public interface NoiseSchedule extends Serializable {

    /**
     * The noise level at a time.
     *
     * @param time a time in the schedule's domain
     * @return the level
     * @throws IllegalArgumentException if the time lies outside the domain
     */
    NoiseLevel at(double time);

    /**
     * The level whose {@code sigma / alpha} equals the argument.
     *
     * @param edmSigma the noise level in EDM's coordinate
     * @return the level
     * @throws IllegalArgumentException if no time of the schedule has this level
     */
    NoiseLevel atEdmSigma(double edmSigma);
}
