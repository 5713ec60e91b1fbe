package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import java.io.Serializable;

/**
 * Stretches of a teacher's timesteps, within each of which a student jumps to the lower edge (Wang et al., "Phased Consistency Models", arXiv:2405.18407, section 3.2). Of n timesteps
 * {@code t_i = (i + 1) T / n - 1} the edges of the phases are the indices {@code floor(k n / phases)}, and an edge's level is the timestep before it.
 *
 * @param schedule the table
 * @param timesteps the number n of the teacher's timesteps, at most T
 * @param phases the number of phases, 1 to n
 */
public record Phases(DiscreteSchedule schedule, int timesteps, int phases) implements Serializable {

    /** Checks the numbers. */
    public Phases {
        if (timesteps < 1 || timesteps > schedule.size() || phases < 1 || phases > timesteps) {
            throw new IllegalArgumentException("phases need 1 to " + schedule.size() + " timesteps and at most as many phases, got " + timesteps + " timesteps and " + phases + " phases");
        }
    }

    /**
     * The level of one of the teacher's timesteps.
     *
     * @param index from 0, the cleanest
     * @return the level
     */
    public NoiseLevel level(int index) {
        return schedule.at((index + 1) * (schedule.size() / timesteps) - 1);
    }

    /**
     * The level before one of the teacher's timesteps.
     *
     * @param index from 0
     * @return the level; timestep 0 before the first
     */
    public NoiseLevel before(int index) {
        return index == 0 ? schedule.at(0) : level(index - 1);
    }

    /**
     * The index of a level.
     *
     * @param level a level of the teacher's timesteps
     * @return the index
     * @throws IllegalArgumentException if it is none of them
     */
    public int index(NoiseLevel level) {
        int index = (int) Math.round((level.time() + 1) / (schedule.size() / timesteps)) - 1;
        if (index < 0 || index >= timesteps || level(index).time() != level.time()) {
            throw new IllegalArgumentException("timestep " + level.time() + " is none of the teacher's " + timesteps + "; draw from levels(index) for index 0 to " + (timesteps - 1));
        }
        return index;
    }

    /**
     * The index of the edge below a timestep.
     *
     * @param index the index of a timestep
     * @return the largest edge that is not above it
     */
    public int edge(int index) {
        int edge = 0;
        for (int k = 0; k < phases && (long) k * timesteps / phases <= index; k++) {
            edge = (int) ((long) k * timesteps / phases);
        }
        return edge;
    }
}
