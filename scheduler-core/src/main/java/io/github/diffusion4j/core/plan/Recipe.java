package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Skipping;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a plan is compiled from, and how other runs are made of it.
 *
 * @param solver how each step is taken
 * @param grid the noise levels of the steps
 * @param parameterization what the network outputs
 * @param correction what happens to its estimate of the data
 * @param startScale the factor of the noise that a run starts from; a part that starts late has none, so 1
 * @param guidance what each evaluation asks the network for
 * @param skipping who decides whether the network is asked
 */
record Recipe(Solver solver, TimeGrid grid, Parameterization parameterization, DataCorrection correction, double startScale, Guidance guidance, Skipping skipping) implements Serializable {

    /** Levels that differ relatively by less are the same. */
    private static final double SAME = 1e-9;

    Recipe {
        if (!(startScale > 0 && Double.isFinite(startScale))) {
            throw new IllegalArgumentException("the start scale must be positive and finite, got " + startScale);
        }
    }

    Program compile() {
        return Program.compile(this);
    }

    /** Whether the estimate of the data is corrected. */
    boolean corrects() {
        return !correction.equals(DataCorrection.NONE);
    }

    int steps() {
        return grid.last() - grid.first();
    }

    Recipe withStartScale(double scale) {
        return new Recipe(solver, grid, parameterization, correction, scale, guidance, skipping);
    }

    Recipe withSolver(Solver other) {
        return new Recipe(other, grid, parameterization, correction, startScale, guidance, skipping);
    }

    Recipe withGuidance(Guidance other) {
        return new Recipe(solver, grid, parameterization, correction, startScale, other, skipping);
    }

    Recipe withSkipping(Skipping other) {
        return new Recipe(solver, grid, parameterization, correction, startScale, guidance, other);
    }

    private Recipe withGrid(TimeGrid other) {
        return new Recipe(solver, other, parameterization, correction, startScale, guidance, skipping);
    }

    Recipe slice(int from, int to) {
        if (from < 0 || from >= to || to > steps()) {
            throw new IllegalArgumentException("steps " + from + " to " + to + " are out of range; this plan has steps 0 to " + (steps() - 1));
        }
        Recipe part = withGrid(grid.slice(grid.first() + from, grid.first() + to));
        return from == 0 ? part : part.withStartScale(1);
    }

    Recipe reversed() {
        return withGrid(grid.reversed()).withStartScale(1);
    }

    /**
     * The first step on the other side of a boundary.
     *
     * @param quantity what the boundary is a value of
     * @param boundary the value; steps that start there belong to the part at higher noise
     * @param unit what messages call the quantity
     * @return the step, from 1
     */
    int cut(ToDoubleFunction<NoiseLevel> quantity, double boundary, String unit) {
        NoiseLevel first = grid.from(grid.first());
        NoiseLevel last = grid.from(grid.last() - 1);
        boolean growsWithNoise = quantity.applyAsDouble(first) > quantity.applyAsDouble(last) == first.edmSigma() > last.edmSigma();
        boolean firstIsHigh = isHigh(quantity.applyAsDouble(first), boundary, growsWithNoise);
        for (int step = 1; step < steps(); step++) {
            if (isHigh(quantity.applyAsDouble(grid.from(grid.first() + step)), boundary, growsWithNoise) != firstIsHigh) {
                return step;
            }
        }
        throw new IllegalArgumentException("the run cannot be split at " + unit + " " + boundary + ": all its steps start on one side, from " + unit + " "
                + quantity.applyAsDouble(first) + " to " + quantity.applyAsDouble(last));
    }

    private static boolean isHigh(double value, double boundary, boolean growsWithNoise) {
        return growsWithNoise ? value >= boundary : value <= boundary;
    }

    /** Whether noise falls along the run, as it does unless data are taken back to noise. */
    boolean falls() {
        return grid.from(grid.first()).edmSigma() >= grid.to(grid.last() - 1).edmSigma();
    }

    private String told() {
        return solver + ", " + parameterization + ", " + correction + ", " + guidance + ", " + skipping;
    }

    /** This run and one that goes on where it ends, as one. */
    Recipe followedBy(Recipe second) {
        if (!solver.equals(second.solver) || !parameterization.equals(second.parameterization) || !correction.equals(second.correction)
                || !guidance.equals(second.guidance) || !skipping.equals(second.skipping)) {
            throw new IllegalArgumentException("only runs of one solver, parameterization, correction and guidance can be joined, got " + told() + " and " + second.told());
        }
        TimeGrid next = second.grid;
        boolean neighbours = grid.last() == next.first() && grid.starts().equals(next.starts()) && grid.ends().equals(next.ends());
        if (!neighbours && !same(grid.to(grid.last() - 1), next.from(next.first()))) {
            throw new IllegalArgumentException("only runs of which one starts where the other ends can be joined; the first ends at " + grid.to(grid.last() - 1)
                    + ", the second starts at " + next.from(next.first()));
        }
        List<NoiseLevel> starts = new ArrayList<>(grid.starts().subList(0, grid.last()));
        List<NoiseLevel> ends = new ArrayList<>(grid.ends().subList(0, grid.last()));
        starts.addAll(next.starts().subList(next.first(), next.steps()));
        ends.addAll(next.ends().subList(next.first(), next.steps()));
        return withGrid(new TimeGrid(starts, ends, grid.curve(), grid.first(), grid.last() + second.steps()));
    }

    /** The stretch of the run in another number of steps; the steps before and after it, which the run does not take, stay. */
    Recipe withSteps(int count) {
        if (count < 1 || count > Plan.LONGEST_RUN) {
            throw new IllegalArgumentException("a run takes 1 to " + Plan.LONGEST_RUN + " steps, got " + count);
        }
        List<NoiseLevel> levels = levels();
        List<NoiseLevel> resampled = new ArrayList<>();
        for (int step = 0; step <= count; step++) {
            resampled.add(at(levels, (long) step * steps(), count));
        }
        List<NoiseLevel> starts = new ArrayList<>(grid.starts().subList(0, grid.first()));
        List<NoiseLevel> ends = new ArrayList<>(grid.ends().subList(0, grid.first()));
        starts.addAll(resampled.subList(0, count));
        ends.addAll(resampled.subList(1, count + 1));
        starts.addAll(grid.starts().subList(grid.last(), grid.steps()));
        ends.addAll(grid.ends().subList(grid.last(), grid.steps()));
        return withGrid(new TimeGrid(starts, ends, grid.curve(), grid.first(), grid.first() + count));
    }

    /** The levels of the steps that are taken, and the end. */
    private List<NoiseLevel> levels() {
        for (int step = grid.first(); step < grid.last() - 1; step++) {
            if (!same(grid.to(step), grid.from(step + 1))) {
                throw new IllegalArgumentException("only a run whose steps end where the next ones start can be taken in another number of steps; step " + (step - grid.first())
                        + " ends at " + grid.to(step) + ", the next one starts at " + grid.from(step + 1) + "; plan the number of steps anew instead");
            }
        }
        List<NoiseLevel> levels = new ArrayList<>(grid.starts().subList(grid.first(), grid.last()));
        levels.add(grid.to(grid.last() - 1));
        return levels;
    }

    private static boolean same(NoiseLevel a, NoiseLevel b) {
        return same(a.time(), b.time()) && same(a.alpha(), b.alpha()) && same(a.sigma(), b.sigma());
    }

    private static boolean same(double a, double b) {
        return Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b));
    }

    /** The level at a fraction of the step index: one of the run's own, or one between two, linear in {@code sigma / (alpha + sigma)}. */
    private NoiseLevel at(List<NoiseLevel> levels, long position, int count) {
        int index = (int) (position / count);
        long rest = position % count;
        if (rest == 0) {
            return levels.get(index);
        }
        double from = share(levels.get(index));
        double to = share(levels.get(index + 1));
        double share = from + (to - from) * rest / count;
        try {
            return grid.curve().atEdmSigma(share / (1 - share));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the run cannot be taken in " + count + " steps, which need a level between " + levels.get(index) + " and " + levels.get(index + 1)
                    + ": " + e.getMessage() + "; take fewer steps, or plan the number of steps anew", e);
        }
    }

    private static double share(NoiseLevel level) {
        return level.sigma() / (level.alpha() + level.sigma());
    }
}
