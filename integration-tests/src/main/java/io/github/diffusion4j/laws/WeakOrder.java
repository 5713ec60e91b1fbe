package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.hipparchus.stat.regression.SimpleRegression;

/**
 * The weak order of a stochastic solver without a random number. On Gaussian data every run is affine in the start and the noise; the engine carries the coefficients
 * (places of one array: constant, start, each noise), so that mean and variance at the end come out exactly. The error is that of the variance and the mean.
 */
public final class WeakOrder {

    private static final List<GaussianData> DATA = List.of(new GaussianData(0.7, 0.05), new GaussianData(0.7, 0.3), new GaussianData(0.7, 0.8));
    private static final int FINEST = 1024;
    private static final int WINDOW = 3;
    /** Places of the constant and of the start. */
    private static final int CONSTANT = 0;
    private static final int START = 1;
    private static final int NOISE = 2;

    /** How draws over overlapping stretches belong together. */
    public enum Draws {
        /** Every draw is independent. */
        INDEPENDENT,
        /** Draws are increments of one Brownian path over {@code sigma / (1 + sigma)}. */
        BROWNIAN
    }

    private WeakOrder() {}

    /**
     * Mean and variance.
     *
     * @param mean the mean
     * @param variance the variance
     */
    public record Moments(double mean, double variance) {}

    /**
     * The exact moments of a stochastic run that starts from the marginal of its first level.
     *
     * @param solver the solver
     * @param grid the levels
     * @param data the data
     * @param draws how draws belong together
     * @return the moments at the end
     */
    public static Moments moments(Solver solver, TimeGrid grid, GaussianData data, Draws draws) {
        Plan plan = Trajectory.plan(solver, grid);
        double[] times = draws == Draws.BROWNIAN ? times(plan) : new double[0];
        int noises = draws == Draws.BROWNIAN ? times.length - 1 : 2 * plan.evaluations();
        NoiseSource source = draws == Draws.BROWNIAN ? brownian(times) : independent();
        double[] start = new double[NOISE + noises];
        start[CONSTANT] = grid.from(0).alpha() * data.mean();
        start[START] = Math.sqrt(data.variance(grid.from(0)));
        double[] end = Trajectory.run(plan, affine(data), start, source);
        return new Moments(end[CONSTANT], Arrays.stream(end, START, end.length).map(c -> c * c).sum());
    }

    /** The affine estimate on coefficients: all are scaled alike, and the constant moves. */
    private static Trajectory.Network affine(GaussianData data) {
        return (input, coefficients) -> {
            double[] estimates = Arrays.stream(coefficients).map(c -> data.slope(input.level()) * c).toArray();
            estimates[CONSTANT] += data.offset(input.level());
            return estimates;
        };
    }

    private static NoiseSource independent() {
        return (request, out) -> {
            double[] unit = new double[out.length()];
            unit[NOISE + 2 * request.index() + request.draw()] = 1;
            out.fill(unit);
        };
    }

    /** Increments of one path: each is a sum of the parts between all ends of stretches, every part a noise of its own. */
    private static NoiseSource brownian(double[] times) {
        return (request, out) -> {
            double from = time(request.interval().from());
            double to = time(request.interval().to());
            double[] parts = new double[out.length()];
            for (int part = 0; part + 1 < times.length; part++) {
                if (times[part] >= Math.min(from, to) && times[part + 1] <= Math.max(from, to)) {
                    parts[NOISE + part] = Math.signum(to - from) * Math.sqrt((times[part + 1] - times[part]) / Math.abs(to - from));
                }
            }
            out.fill(parts);
        };
    }

    private static double[] times(Plan plan) {
        return Arrays.stream(plan.noisyEvaluations()).mapToObj(plan::request).map(NoiseRequest::interval)
                .flatMapToDouble(interval -> DoubleStream.of(time(interval.from()), time(interval.to()))).sorted().distinct().toArray();
    }

    private static double time(double sigma) {
        return sigma / (1 + sigma);
    }

    /**
     * Measures the weak order: the smallest slope over data of several widths, since an order holds for all.
     *
     * @param solver the solver of a run, given its number of steps
     * @param draws how draws belong together
     * @return the slope of ln error over ln(step length)
     */
    public static double measured(IntFunction<Solver> solver, Draws draws) {
        return DATA.stream().mapToDouble(data -> slope(solver, draws, data)).min().orElseThrow();
    }

    private static double slope(IntFunction<Solver> solver, Draws draws, GaussianData data) {
        SimpleRegression regression = new SimpleRegression();
        IntStream.iterate(FINEST >> WINDOW - 1, n -> n <= FINEST, n -> 2 * n).forEach(steps -> {
            TimeGrid grid = OrderOfConvergence.grid(steps);
            NoiseLevel to = grid.to(steps - 1);
            Moments moments = moments(solver.apply(steps), grid, data, draws);
            regression.addData(-Math.log(steps), Math.log(Math.abs(moments.mean() - to.alpha() * data.mean()) + Math.abs(moments.variance() - data.variance(to))));
        });
        return regression.getSlope();
    }
}
