package io.github.diffusion4j.core;

import java.io.Serializable;
import java.util.List;

/** A rule that picks the noise levels at which the steps of a run start. Immutable. */
public interface Spacing extends Serializable {

    /**
     * The levels at which the steps of a run start, noisiest first. Where the last step ends is the scheduler's choice.
     *
     * @param schedule the schedule to pick from
     * @param steps the number of steps, at least 1
     * @return exactly {@code steps} levels
     * @throws IllegalArgumentException if the schedule cannot give that many steps, or is not of the kind the rule needs
     */
    List<NoiseLevel> levels(NoiseSchedule schedule, int steps);
}
