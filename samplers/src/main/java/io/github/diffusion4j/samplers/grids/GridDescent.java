package io.github.diffusion4j.samplers.grids;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Fits the levels of one number of steps to the solver in use, by coordinate descent with real runs: each level but the first moves by a share of the gap to either neighbour, in log sigma, and stays where
 * the error got less; when none moves the share is halved. It overfits, so start from a {@link FittedGrid} and compare on other noises ({@link Comparison}).
 *
 * <pre>{@code
 *   FittedGrid better = GridDescent.DEFAULT.refined(schedule, grid, 8, tried -> meanError(scheduler.withSpacing(tried).plan(8)));
 * }</pre>
 *
 * @param share the first share of a gap
 * @param leastShare the share at which the descent ends
 * @param leastGap the least distance of two levels in log sigma: weights of multistep solvers explode where levels meet
 * @param lowestSigma the lowest sigma / alpha that the last level may come to, if the schedule goes on to clean data
 */
public record GridDescent(double share, double leastShare, double leastGap, double lowestSigma) {

    /** From a half of a gap down to a fiftieth, and down to sigma 0.002. */
    public static final GridDescent DEFAULT = new GridDescent(0.5, 0.02, 0.02, 0.002);

    /** A level moves as if the one above were not farther than that, in log sigma: a run that starts at pure noise has it infinitely far above. */
    private static final double WIDEST = 2;

    /** Checks the numbers. */
    public GridDescent {
        if (!(share > 0 && share < 1 && leastShare > 0 && leastShare <= share && leastGap > 0 && lowestSigma > 0)) {
            throw new IllegalArgumentException("a descent needs 0 < least share <= share < 1, a least gap and a lowest sigma above 0, got " + share + ", " + leastShare + ", " + leastGap + " and "
                    + lowestSigma);
        }
    }

    /**
     * Descends.
     *
     * @param schedule the schedule of the runs
     * @param start the grid to start from; its first level stays
     * @param steps the number of steps
     * @param error the error of a run on such a grid, which is asked 10 to 30 times for each level
     * @return the grid with the least error that was found, exact for this number of steps
     */
    public FittedGrid refined(NoiseSchedule schedule, Spacing start, int steps, ToDoubleFunction<FittedGrid> error) {
        List<NoiseLevel> levels = start.levels(schedule, steps);
        double lowest = Math.log(Math.max(lowestSigma, schedule.cleanest().edmSigma()));
        double[] best = levels.stream().mapToDouble(level -> -level.lambda()).toArray();
        check(best, lowest);
        ToDoubleFunction<double[]> of = tried -> error.applyAsDouble(grid(schedule, levels.get(0), tried));
        double least = of.applyAsDouble(best);
        for (double part = share; part >= leastShare; part /= 2) {
            for (boolean moved = true; moved;) {
                moved = false;
                for (int i = 1; i < best.length; i++) {
                    for (double way : new double[] {part, -part}) {
                        double[] tried = moved(best, i, way, lowest);
                        double now = tried.length == 0 ? Double.NaN : of.applyAsDouble(tried);
                        if (now < least) {
                            best = tried;
                            least = now;
                            moved = true;
                            break;
                        }
                    }
                }
            }
        }
        return grid(schedule, levels.get(0), best);
    }

    private static FittedGrid grid(NoiseSchedule schedule, NoiseLevel first, double... logSigmas) {
        return FittedGrid.through(schedule, IntStream.range(0, logSigmas.length).mapToObj(i -> i == 0 ? first : schedule.atEdmSigma(Math.exp(logSigmas[i]))).toList());
    }

    private static void check(double[] logSigmas, double lowest) {
        boolean falls = IntStream.range(1, logSigmas.length).allMatch(i -> logSigmas[i] < logSigmas[i - 1]);
        double last = logSigmas[logSigmas.length - 1];
        if (!falls || last < lowest - 1e-9 || last == Double.POSITIVE_INFINITY && logSigmas.length > 1) {
            throw new IllegalArgumentException("levels fall strictly to sigma " + Math.exp(lowest) + " or above, got " + Arrays.toString(Arrays.stream(logSigmas).map(Math::exp).toArray()));
        }
    }

    /** The levels with one of them moved, up for a positive way; none if it would come too close to a neighbour. */
    private double[] moved(double[] logSigmas, int i, double way, double lowest) {
        boolean inside = i + 1 < logSigmas.length;
        double here = logSigmas[i];
        double above = logSigmas[i - 1];
        double below = inside ? logSigmas[i + 1] : lowest;
        double there = here + way * (way > 0 ? Math.min(WIDEST, above - here) : here - below);
        if (above - there < leastGap || there - below < (inside ? leastGap : 0) || there == here) {
            return new double[0];
        }
        double[] result = logSigmas.clone();
        result[i] = there;
        return result;
    }
}
