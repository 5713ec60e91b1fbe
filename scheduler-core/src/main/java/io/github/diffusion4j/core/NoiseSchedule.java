package io.github.diffusion4j.core;

import java.util.List;

/** A curve of noise levels: from a time to its level, and from a noise level back to its time. Immutable. */
public interface NoiseSchedule extends LevelCurve {

    /**
     * The noise level at a time.
     *
     * @param time a time in the schedule's domain
     * @return the level
     * @throws IllegalArgumentException if the time lies outside the domain
     */
    NoiseLevel at(double time);

    /**
     * The level with the most noise: where sampling starts.
     *
     * @return the level
     */
    NoiseLevel noisiest();

    /**
     * The level with the least noise that the network was trained on.
     *
     * @return the level
     */
    NoiseLevel cleanest();

    /**
     * The levels of a table, at whole times: a network that was trained on a table knows these and no others.
     *
     * @return the levels, the cleanest first; none of a continuous schedule
     */
    default List<NoiseLevel> levels() {
        return List.of();
    }
}
