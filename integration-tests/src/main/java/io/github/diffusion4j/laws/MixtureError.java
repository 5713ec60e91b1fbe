package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.BrownianNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How far samples are from the data at a budget of network evaluations: the quantile distance {@code sqrt(mean (Q_samples(p) - Q_data(p))^2)} (Wasserstein-2) on a mixture of two
 * peaks, over EDM's levels (Karras steps from sigma 80 to 0.002, then clean). Deterministic solvers start from quantiles of the first marginal, stochastic ones take fixed noise
 * of a Brownian path for each of as many starts, so that their figure holds a statistical error of about one in the root of the number of samples.
 */
public final class MixtureError {

    private static final MixtureData DATA = MixtureData.TWO_PEAKS;
    private static final EdmSchedule SCHEDULE = new EdmSchedule(0.002, 80);
    private static final int QUANTILES = 2000;
    private static final int SAMPLES = 20_000;
    private static final long SEED = 2026;
    /** Runs begin and end at the same few levels, whose quantiles take longer than the runs. */
    private static final Map<String, double[]> QUANTILES_AT = new ConcurrentHashMap<>();

    private MixtureError() {}

    /**
     * The error at a budget.
     *
     * @param solver the solver of a run, given its number of steps
     * @param evaluations how many network evaluations there may be
     * @return the distance; empty if the solver has no run within the budget
     */
    public static OptionalDouble at(IntFunction<Solver> solver, int evaluations) {
        return Budget.longest(evaluations, steps -> plan(solver.apply(steps), steps)).map(plan -> OptionalDouble.of(distance(plan))).orElse(OptionalDouble.empty());
    }

    private static Plan plan(Solver solver, int steps) {
        return Trajectory.plan(solver, TimeGrid.contiguous(levels(steps), NoiseLevel.clean(0)).withCurve(SCHEDULE));
    }

    private static List<NoiseLevel> levels(int count) {
        return Arrays.stream(SigmaRamp.karras(7).sigmas(SCHEDULE.sigmaMax(), SCHEDULE.sigmaMin(), count)).mapToObj(SCHEDULE::at).toList();
    }

    private static double distance(Plan plan) {
        int points = plan.stochastic() ? SAMPLES : QUANTILES;
        NoiseLevel from = plan.grid().from(0);
        NoiseLevel to = plan.grid().to(plan.steps() - 1);
        double[] end = Arrays.stream(Trajectory.run(plan, Trajectory.Network.of(DATA), quantiles(from, points), BrownianNoise.of(SEED))).sorted().toArray();
        double[] data = quantiles(to, points);
        return Math.sqrt(IntStream.range(0, points).mapToDouble(i -> Math.pow(end[i] - data[i], 2)).average().orElseThrow());
    }

    private static double[] quantiles(NoiseLevel level, int points) {
        return QUANTILES_AT.computeIfAbsent(level + " " + points, key -> IntStream.range(0, points).mapToDouble(i -> DATA.quantile(level, (i + 0.5) / points)).toArray());
    }
}
