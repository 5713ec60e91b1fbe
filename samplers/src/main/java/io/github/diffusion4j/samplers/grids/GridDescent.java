package io.github.diffusion4j.samplers.grids;

import java.util.function.ToDoubleFunction;

/**
 * Fits the levels of one number of steps to the solver in use, by coordinate descent with real runs: each level but the first moves by a share of the gap to either neighbour, in log sigma, and stays where
 * the error got less; when none moves the share is halved. It overfits, so start from a {@link FittedGrid} and compare on other noises ({@link Comparison}).
 *
 * <pre>{@code
 *   double[] start = grid.levels(schedule, 8).stream().mapToDouble(NoiseLevel::edmSigma).toArray();
 *   double[] better = GridDescent.DEFAULT.refined(start, 0.01, sigmas -> meanError(scheduler.withSpacing(Sigmas.explicit(sigmas)).plan(8)));
 * }</pre>
 *
 * @param share the first share of a gap
 * @param leastShare the share at which the descent ends
 * @param leastGap the least distance of two levels in log sigma: weights of multistep solvers explode where levels meet
 */
public record GridDescent(double share, double leastShare, double leastGap) {

    /** From a half of a gap down to a fiftieth. */
    public static final GridDescent DEFAULT = new GridDescent(0.5, 0.02, 0.02);

    /** Checks the numbers. */
    public GridDescent {
        if (!(share > 0 && share < 1 && leastShare > 0 && leastShare <= share && leastGap > 0)) {
            throw new IllegalArgumentException("a descent needs 0 < least share <= share < 1 and a least gap above 0, got " + share + ", " + leastShare + " and " + leastGap);
        }
    }

    /**
     * Descends.
     *
     * @param sigmas the levels to start from, sigma / alpha, strictly descending, above 0; the first stays
     * @param lowest the lowest that the last level may become
     * @param error the error of a run on such levels, which is asked 10 to 30 times for each level
     * @return the levels with the least error that was found
     */
    public double[] refined(double[] sigmas, double lowest, ToDoubleFunction<double[]> error) {
        check(sigmas, lowest);
        double[] best = sigmas.clone();
        double least = error.applyAsDouble(best.clone());
        for (double part = share; part >= leastShare; part /= 2) {
            for (boolean moved = true; moved;) {
                moved = false;
                for (int i = 1; i < best.length; i++) {
                    for (double way : new double[] {part, -part}) {
                        double[] tried = moved(best, i, way, lowest);
                        double now = tried.length == 0 ? Double.NaN : error.applyAsDouble(tried.clone());
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
        return best;
    }

    private static void check(double[] sigmas, double lowest) {
        boolean falls = sigmas.length > 0 && lowest > 0 && sigmas[sigmas.length - 1] >= lowest;
        for (int i = 1; i < sigmas.length; i++) {
            falls &= sigmas[i] < sigmas[i - 1];
        }
        if (!falls || !Double.isFinite(sigmas[0])) {
            throw new IllegalArgumentException("levels fall from a finite one to " + lowest + " or above, which is above 0, got " + java.util.Arrays.toString(sigmas));
        }
    }

    /** The levels with one of them moved, up for a positive way; none if it would come too close to a neighbour. */
    private double[] moved(double[] sigmas, int i, double way, double lowest) {
        double here = Math.log(sigmas[i]);
        double above = Math.log(sigmas[i - 1]);
        double below = i + 1 < sigmas.length ? Math.log(sigmas[i + 1]) : Math.log(lowest);
        double there = here + way * (way > 0 ? above - here : here - below);
        if (above - there < leastGap || there - below < (i + 1 < sigmas.length ? leastGap : 0) || there == here) {
            return new double[0];
        }
        double[] result = sigmas.clone();
        result[i] = Math.exp(there);
        return result;
    }
}
