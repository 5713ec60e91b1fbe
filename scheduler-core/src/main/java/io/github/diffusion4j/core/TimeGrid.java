package io.github.diffusion4j.core;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The noise levels of one run: step {@code i} starts at {@code from(i)} and ends at {@code to(i)}.
 *
 * <p>In a contiguous grid each step starts where the one before it ended. Diffusers' DDIM is the exception: its steps
 * end at {@code t - T / n} even where the next one starts elsewhere, so a grid keeps both ends of each step. All steps
 * of a grid go the same way, towards the data (noisiest level first) or, for inversion, towards the noise.
 *
 * <p>A run may take only some steps of a grid ({@link #slice}): image to image starts late. The other levels stay
 * visible to solvers, but {@link #history} counts only the steps that were taken.
 *
 * @param starts the levels at which the network is evaluated first in each step
 * @param ends the levels at which the steps end
 * @param curve where levels between the steps lie, for solvers that evaluate the network there
 * @param first the first step that is taken
 * @param last the step after the last one that is taken
 */
public record TimeGrid(List<NoiseLevel> starts, List<NoiseLevel> ends, LevelCurve curve, int first, int last) implements Serializable {

    private static final double STRAIGHT = 1e-9;

    /**
     * Checks the grid.
     *
     * @throws IllegalArgumentException if the grid is empty, the lists differ in size, or a step goes the other way
     */
    public TimeGrid {
        if (starts.isEmpty() || starts.size() != ends.size()) {
            throw new IllegalArgumentException("a grid needs as many step ends as starts and at least one of each, got "
                    + starts.size() + " starts and " + ends.size() + " ends");
        }
        if (first < 0 || first >= last || last > starts.size()) {
            throw new IllegalArgumentException("steps " + first + " to " + last + " are no part of a grid of " + starts.size() + " steps");
        }
        List<NoiseLevel> path = withoutRounding(starts, ends);
        starts = IntStream.range(0, starts.size()).mapToObj(i -> path.get(2 * i)).toList();
        ends = IntStream.range(0, ends.size()).mapToObj(i -> path.get(2 * i + 1)).toList();
        boolean up = starts.get(0).edmSigma() < ends.get(ends.size() - 1).edmSigma();
        for (int i = 0; i < starts.size(); i++) {
            checkDirection(up, i, starts.get(i), ends.get(i));
            if (i > 0) {
                checkDirection(up, i, starts.get(i - 1), starts.get(i));
            }
        }
    }

    /**
     * All steps of a grid, without levels between them.
     *
     * @param starts the levels at which the steps start
     * @param ends the levels at which the steps end
     */
    public TimeGrid(List<NoiseLevel> starts, List<NoiseLevel> ends) {
        this(starts, ends, LevelCurve.NONE, 0, starts.size());
    }

    /** Starts and ends in turn, where a level that only rounding tells from the one before it is that level, under its own time: such a step has no length. */
    private static List<NoiseLevel> withoutRounding(List<NoiseLevel> starts, List<NoiseLevel> ends) {
        List<NoiseLevel> path = new ArrayList<>();
        for (int i = 0; i < 2 * starts.size(); i++) {
            NoiseLevel level = (i % 2 == 0 ? starts : ends).get(i / 2);
            NoiseLevel before = path.isEmpty() ? level : path.get(i - 1);
            path.add(level.sameAs(before) ? before.withTime(level.time()) : level);
        }
        return path;
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
     * The same grid with levels between its steps.
     *
     * @param other where they lie
     * @return the grid
     */
    public TimeGrid withCurve(LevelCurve other) {
        return new TimeGrid(starts, ends, other, first, last);
    }

    /**
     * The same grid, of which only some steps are taken.
     *
     * @param from the first step to take
     * @param to the step after the last one to take
     * @return the grid
     * @throws IllegalArgumentException if there are no such steps
     */
    public TimeGrid slice(int from, int to) {
        return new TimeGrid(starts, ends, curve, from, to);
    }

    /**
     * The steps that are taken, in the opposite direction: from the end back to the start.
     *
     * @return the grid
     */
    public TimeGrid reversed() {
        List<NoiseLevel> back = new ArrayList<>(ends.subList(first, last));
        List<NoiseLevel> to = new ArrayList<>(starts.subList(first, last));
        Collections.reverse(back);
        Collections.reverse(to);
        return new TimeGrid(back, to, curve, 0, back.size());
    }

    /**
     * The levels of the steps that are taken and of their end: u where all lie on the straight path {@code alpha + sigma = 1} of a flow, {@code sigma / alpha} elsewhere.
     *
     * @return one value more than steps that are taken
     */
    public double[] sigmas() {
        List<NoiseLevel> levels = new ArrayList<>(starts.subList(first, last));
        levels.add(to(last - 1));
        boolean straight = levels.stream().allMatch(level -> Math.abs(level.alpha() + level.sigma() - 1) < STRAIGHT);
        return levels.stream().mapToDouble(straight ? NoiseLevel::sigma : NoiseLevel::edmSigma).toArray();
    }

    /**
     * Whether a step has no length: it ends at the level it starts at.
     *
     * @param step the step
     * @return true if the sample stays as it is
     */
    public boolean still(int step) {
        return to(step).alpha() == from(step).alpha() && to(step).sigma() == from(step).sigma();
    }

    /**
     * How many steps the run has taken before a step: what a multistep solver can remember.
     *
     * @param step the step
     * @return the number, 0 for the first step taken
     */
    public int history(int step) {
        return step - first;
    }

    /**
     * Where the run goes in half log-SNR during a step.
     *
     * @param step the step
     * @return {@code lambda(to) - lambda(from)}, positive towards the data, infinite to clean data
     */
    public double h(int step) {
        return to(step).lambda() - from(step).lambda();
    }

    /**
     * The number of steps of the whole grid.
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
