package io.github.diffusion4j.core;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The noise levels of one run: step {@code i} starts at {@code from(i)} and ends at {@code to(i)}.
 *
 * <p>In a contiguous grid each step starts where the one before it ended. Diffusers' DDIM is the exception: its steps
 * end at {@code t - T / n} even where the next one starts elsewhere, so a grid keeps both ends of each step. All steps
 * of a grid go the same way, towards the data (noisiest level first) or, for inversion, towards the noise.
 *
 * @param starts the levels at which the network is evaluated first in each step
 * @param ends the levels at which the steps end
 */
public record TimeGrid(List<NoiseLevel> starts, List<NoiseLevel> ends) implements Serializable {

    /**
     * Checks the grid.
     *
     * @throws IllegalArgumentException if the grid is empty, the lists differ in size, or a step goes the other way
     */
    public TimeGrid {
        starts = List.copyOf(starts);
        ends = List.copyOf(ends);
        if (starts.isEmpty() || starts.size() != ends.size()) {
            throw new IllegalArgumentException("a grid needs as many step ends as starts and at least one of each, got "
                    + starts.size() + " starts and " + ends.size() + " ends");
        }
        boolean up = starts.get(0).edmSigma() < ends.get(ends.size() - 1).edmSigma();
        for (int i = 0; i < starts.size(); i++) {
            checkDirection(up, i, starts.get(i), ends.get(i));
            if (i > 0) {
                checkDirection(up, i, starts.get(i - 1), starts.get(i));
            }
        }
    }

    private static void checkDirection(boolean up, int step, NoiseLevel a, NoiseLevel b) {
        if (up ? a.edmSigma() > b.edmSigma() : a.edmSigma() < b.edmSigma()) {
            throw new IllegalArgumentException("step " + step + " of the grid turns around: from " + a + " to " + b
                    + "; the noise levels of a run only fall, or only rise (inversion)");
        }
    }

    /**
     * A contiguous grid: every step ends where the next one starts.
     *
     * @param starts the levels at which the steps start
     * @param end the level at which the last step ends
     * @return the grid
     */
    public static TimeGrid contiguous(List<NoiseLevel> starts, NoiseLevel end) {
        if (starts.isEmpty()) {
            throw new IllegalArgumentException("a grid needs at least one step");
        }
        List<NoiseLevel> ends = new ArrayList<>(starts.subList(1, starts.size()));
        ends.add(end);
        return new TimeGrid(starts, ends);
    }

    /**
     * The number of steps.
     *
     * @return the number of steps, at least 1
     */
    public int steps() {
        return starts.size();
    }

    /**
     * The level at which a step starts.
     *
     * @param step the step, from 0
     * @return the level
     */
    public NoiseLevel from(int step) {
        return starts.get(step);
    }

    /**
     * The level at which a step ends.
     *
     * @param step the step, from 0
     * @return the level
     */
    public NoiseLevel to(int step) {
        return ends.get(step);
    }
}
