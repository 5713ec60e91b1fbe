package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.grids.Comparison;
import io.github.diffusion4j.samplers.grids.FittedGrid;
import io.github.diffusion4j.samplers.grids.GridFit;
import io.github.diffusion4j.samplers.grids.LocalErrors;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Solvers without noise on usual grids and on fitted ones, with few network evaluations, on {@link DigitsData}: the root mean square over pixels of the difference from where a fine run ends, sample by
 * sample. Levels go from sigma 80 to 0.02 and then to clean data. Grids are fitted to other noises than those that errors are measured on.
 */
public final class GridRace {

    /** Numbers of network evaluations. */
    public static final List<Integer> BUDGETS = List.of(5, 6, 8, 10);

    /** The grid that is fitted. */
    public static final String FITTED = "fitted";

    private static final EdmSchedule SCHEDULE = new EdmSchedule(0.02, 80);
    private static final GridFit FIT = GridFit.SECOND_ORDER;
    private static final double RHO = 7;
    private static final int FINE = 400;
    private static final long FITTED_SEED = 1;
    private static final long HELD_SEED = 2;

    private final DigitsData network = new DigitsData();
    private final Map<String, Spacing> spacings = new LinkedHashMap<>();
    private final HostArray start;
    private final HostArray fine;

    /**
     * A setting and its error.
     *
     * @param solver the solver
     * @param spacing the grid's name
     * @param budget how many network evaluations are allowed
     * @param mean the mean error over samples
     * @param standardError of that mean
     * @param median the median error
     */
    public record Result(SolverCatalog.Entry solver, String spacing, int budget, double mean, double standardError, double median) {}

    /**
     * Fits the grid.
     *
     * @param fitted how many start noises it is fitted to
     * @param held how many errors are measured on
     */
    public GridRace(int fitted, int held) {
        spacings.put("Karras", Sigmas.ramp(SigmaRamp.karras(RHO)));
        spacings.put("log SNR", Sigmas.ramp(SigmaRamp.exponential()));
        spacings.put("angle", Sigmas.ramp(SigmaRamp.klOptimal()));
        spacings.put(FITTED, curve(fitted));
        start = noise(HELD_SEED, held);
        fine = end(scheduler(DpmSolverMultistep.plusPlus(3), spacings.get("log SNR")).plan(FINE));
    }

    /**
     * The grids by name.
     *
     * @return usual ones and {@link #FITTED}
     */
    public Map<String, Spacing> spacings() {
        return Map.copyOf(spacings);
    }

    private FittedGrid curve(int noises) {
        Plan run = fineRun();
        return FIT.roughness(run.on(HostArrays.HEAP), network, noise(FITTED_SEED, noises)).grid(FIT.fromNoisiest(run));
    }

    /**
     * Grids by dynamic programming, for each number of steps its own.
     *
     * @param noises how many start noises they are fitted to
     * @param with the solver whose local errors are summed
     * @return the spacing
     */
    Spacing programmed(int noises, Solver with) {
        LocalErrors errors = FIT.localErrors(fineRun().on(HostArrays.HEAP), network, noise(FITTED_SEED, noises));
        return (schedule, steps) -> errors.grid(schedule, with, steps).levels(schedule, steps);
    }

    private Plan fineRun() {
        return FIT.fine(scheduler(DpmSolverMultistep.plusPlus(3), spacings.get("log SNR")));
    }

    private static HostArray noise(long seed, int samples) {
        HostArray noise = HostArrays.HEAP.make(ElementType.DOUBLE, samples, DigitsFile.PIXELS);
        CounterNoise.of(seed).fill(NoiseRequest.start(), noise);
        return noise;
    }

    private static ComposedScheduler scheduler(Solver solver, Spacing spacing) {
        return ComposedScheduler.of(SCHEDULE, solver).withParameterization(Parameterization.sample()).withSpacing(spacing);
    }

    private HostArray end(Plan plan) {
        return Sampling.run(plan.on(HostArrays.HEAP), network, start, NoiseSource.none(), Sampling.Listener.none());
    }

    /**
     * All solvers without noise on all grids at all budgets that hold a run.
     *
     * @param solvers the solvers
     * @return the errors, solver by solver
     */
    public List<Result> results(List<SolverCatalog.Entry> solvers) {
        return solvers.parallelStream().filter(entry -> !entry.of(BUDGETS.get(0)).traits().stochastic()).flatMap(entry -> BUDGETS.stream()
                .flatMap(budget -> spacings.keySet().stream().map(spacing -> result(entry, spacing, spacings.get(spacing), budget)).flatMap(Optional::stream))).toList();
    }

    /** The error of a solver on a grid at a budget, if that holds a run. */
    Optional<Result> result(SolverCatalog.Entry entry, String name, Spacing spacing, int budget) {
        return Budget.longest(budget, steps -> scheduler(entry.of(steps), spacing).plan(steps)).map(plan -> {
            List<Double> errors = errors(end(plan));
            double mean = Comparison.mean(errors);
            double variance = errors.stream().mapToDouble(error -> (error - mean) * (error - mean)).sum() / (errors.size() - 1);
            return new Result(entry, name, budget, mean, Math.sqrt(variance / errors.size()), Comparison.median(errors));
        });
    }

    private List<Double> errors(HostArray end) {
        double[] got = end.values();
        double[] wanted = fine.values();
        return IntStream.range(0, got.length / DigitsFile.PIXELS).mapToObj(i -> Math.sqrt(IntStream.range(i * DigitsFile.PIXELS, (i + 1) * DigitsFile.PIXELS)
                .mapToDouble(k -> (got[k] - wanted[k]) * (got[k] - wanted[k])).average().orElseThrow())).toList();
    }
}
