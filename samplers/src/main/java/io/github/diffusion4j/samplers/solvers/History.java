package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Which of the remembered estimates a multistep solver draws its polynomial through. A step without length leaves two estimates at one level, of which the newer one counts; and a
 * level at which the solver's coordinate is infinite is no point of a polynomial.
 *
 * @param steps the steps whose estimates are used, newest first
 * @param newest the step whose estimate is the newest
 */
record History(int[] steps, int newest) {

    static final int HIGHEST_ORDER = 16;

    /** Checks an order: polynomials through more estimates than this amplify rounding more than they gain. */
    static void checkOrder(String what, int order, int lowest) {
        if (order < lowest || order > HIGHEST_ORDER) {
            throw new IllegalArgumentException("the " + what + " must lie in " + lowest + " to " + HIGHEST_ORDER + ", got " + order);
        }
    }

    /**
     * The estimates at the starts of a step and of those before it.
     *
     * @param grid the run
     * @param step the step whose estimate is the newest
     * @param available how many steps back there are estimates, this one included
     * @param atMost how many are wanted
     * @param usable which levels can be points of the polynomial
     */
    static History of(TimeGrid grid, int step, int available, int atMost, Predicate<NoiseLevel> usable) {
        int[] steps = IntStream.range(0, available).map(back -> step - back)
                .filter(i -> (i == step || !same(grid.from(i), grid.from(i + 1))) && usable.test(grid.from(i))).limit(atMost).toArray();
        return new History(steps, step);
    }

    /** Those of the steps that were taken, at levels with signal. */
    static History withSignal(TimeGrid grid, int step, int atMost) {
        return of(grid, step, grid.history(step) + 1, atMost, level -> level.alpha() > 0);
    }

    /** Whether the step before was taken, and is one that a corrector can repeat. */
    static boolean follows(TimeGrid grid, int step) {
        return grid.history(step) > 0 && !grid.still(step - 1) && !PureNoise.touches(grid, step - 1);
    }

    private static boolean same(NoiseLevel a, NoiseLevel b) {
        return a.alpha() == b.alpha() && a.sigma() == b.sigma();
    }

    int size() {
        return steps.length;
    }

    /** The newest and the oldest of them. */
    History ends() {
        return new History(new int[] {steps[0], steps[steps.length - 1]}, newest);
    }

    /** A number for each estimate that is used. */
    double[] map(IntToDoubleFunction ofStep) {
        return Arrays.stream(steps).mapToDouble(ofStep).toArray();
    }

    /**
     * Where the estimates lie in half log-SNR, in units of the newest step from its start.
     *
     * @param grid the run
     * @param atEnd 1 if the one at the end of the step, at 1, comes before them, as for a corrector, 0 if not
     */
    double[] nodes(TimeGrid grid, int atEnd) {
        double start = grid.from(newest).lambda();
        return DoubleStream.concat(DoubleStream.of(1).limit(atEnd), Arrays.stream(map(i -> (grid.from(i).lambda() - start) / grid.h(newest)))).toArray();
    }

    /**
     * Weights of the estimates that are used as weights of all that are remembered, the newest first, 0 where an estimate is left out. If there are more weights than estimates, the first ones are of
     * estimates that came later.
     */
    double[] memory(double... weights) {
        int later = weights.length - steps.length;
        double[] memory = Arrays.copyOf(weights, later + (steps.length == 0 ? 0 : newest - steps[steps.length - 1] + 1));
        Arrays.fill(memory, later, memory.length, 0);
        for (int k = 0; k < steps.length; k++) {
            memory[later + newest - steps[k]] = weights[later + k];
        }
        return memory;
    }
}
