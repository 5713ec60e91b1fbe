package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.VarianceSde;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.hipparchus.stat.regression.SimpleRegression;

/**
 * The order of convergence of a deterministic solver, measured on Gaussian data: the slope of ln |error| over ln(step length) in the window where the error is asymptotic and
 * above rounding. Steps are equal in log SNR. The error is signed and summed over points that lie on one side of the mean, so that it does not pass through 0.
 */
public final class OrderOfConvergence {

    /** The process whose levels are used: variance preserving. */
    public static final NoiseSchedule SCHEDULE = new VarianceSde(0.1, 20);

    private static final List<GaussianData> DATA = List.of(new GaussianData(0.7, 0.3), new GaussianData(0.7, 0.6));
    private static final double START = 1.9;
    private static final double RANGE = 2.5;
    private static final int COARSEST = 48;
    private static final int FINEST = 3072;
    /** Numbers of steps in the window. */
    private static final int WINDOW = 3;
    private static final int DOUBLINGS = 24;
    /** Errors below this are rounding. */
    private static final double ROUNDING = 1e-11;

    private OrderOfConvergence() {}

    /**
     * Levels of equal distance in log SNR.
     *
     * @param steps the number of steps
     * @return the grid
     */
    public static TimeGrid grid(int steps) {
        List<NoiseLevel> levels = IntStream.rangeClosed(0, steps).mapToObj(i -> SCHEDULE.atEdmSigma(Math.exp(RANGE - 2 * RANGE * i / steps))).toList();
        return TimeGrid.contiguous(levels.subList(0, steps), levels.get(steps)).withCurve(SCHEDULE);
    }

    /** The same levels after steps that double in length from nearly nothing on, during which multistep methods gather their history without an error to speak of. */
    private static TimeGrid warmGrid(int steps) {
        double[] places = IntStream.rangeClosed(-DOUBLINGS, steps).mapToDouble(i -> i == -DOUBLINGS ? 0 : i <= 0 ? Math.pow(2, i) : i).toArray();
        List<NoiseLevel> levels = Arrays.stream(places).distinct().mapToObj(place -> SCHEDULE.atEdmSigma(Math.exp(RANGE - 2 * RANGE * place / steps))).toList();
        return TimeGrid.contiguous(levels.subList(0, levels.size() - 1), levels.get(levels.size() - 1)).withCurve(SCHEDULE);
    }

    /**
     * Measures the order from a cold start.
     *
     * @param solver the solver of a run, given its number of steps
     * @return the slope
     */
    public static double cold(IntFunction<Solver> solver) {
        return slope(solver, OrderOfConvergence::grid);
    }

    /**
     * Measures the order with a history that is as good as exact.
     *
     * @param solver the solver of a run, given its number of steps
     * @return the slope
     */
    public static double exactHistory(IntFunction<Solver> solver) {
        return slope(solver, OrderOfConvergence::warmGrid);
    }

    private static double slope(IntFunction<Solver> solver, IntFunction<TimeGrid> grids) {
        List<double[]> points = new ArrayList<>();
        for (int steps = COARSEST; steps <= FINEST; steps *= 2) {
            TimeGrid grid = grids.apply(steps);
            double error = Math.abs(error(solver.apply(grid.steps()), grid));
            if (error > ROUNDING) {
                points.add(new double[] {-Math.log(steps), Math.log(error)});
            }
        }
        SimpleRegression regression = new SimpleRegression();
        points.subList(Math.max(0, points.size() - WINDOW), points.size()).forEach(point -> regression.addData(point[0], point[1]));
        return regression.getSlope();
    }

    private static double error(Solver solver, TimeGrid grid) {
        NoiseLevel from = grid.from(0);
        NoiseLevel to = grid.to(grid.steps() - 1);
        Trajectory.Network network = (input, x) -> IntStream.range(0, x.length).mapToDouble(i -> DATA.get(i).estimate(input.level(), x[i])).toArray();
        double[] start = new double[DATA.size()];
        Arrays.fill(start, START);
        double[] end = Trajectory.run(Trajectory.plan(solver, grid), network, start, NoiseSource.none());
        return IntStream.range(0, start.length).mapToDouble(i -> end[i] - DATA.get(i).flow(from, to, start[i])).sum();
    }
}
