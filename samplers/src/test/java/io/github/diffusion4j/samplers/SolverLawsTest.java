package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Churn;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlus2sAncestral;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlusSde;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.Pndm;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.samplers.solvers.SolverType;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import io.github.diffusion4j.samplers.solvers.UniPc;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.VarianceSde;
import io.github.diffusion4j.core.plan.Solver;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What every solver of the catalog must do, on Gaussian data, whose probability-flow solution is known in closed form. */
class SolverLawsTest {

    private static final NoiseSchedule SCHEDULE = new VarianceSde(0.1, 20);
    private static final double MEAN = 0.7;
    private static final double DEVIATION = 0.5;
    /** The error is summed over these, so that no step size is measured where one error happens to change its sign. */
    private static final double[] DEVIATIONS = {0.3, 0.9};
    private static final double START = 1.3;
    private static final int STARTING_STEPS = 24;

    static Stream<SolverCatalog.Entry> deterministic() {
        return SolverCatalog.all().stream().filter(entry -> !entry.of(6).traits().stochastic());
    }

    static Stream<SolverCatalog.Entry> all() {
        return SolverCatalog.all().stream();
    }

    private static double variance(NoiseLevel level, double deviation) {
        return Math.pow(level.alpha() * deviation, 2) + Math.pow(level.sigma(), 2);
    }

    /** The best estimate of Gaussian data. */
    private static double gaussian(NoiseLevel level, double x) {
        return gaussian(level, x, DEVIATION);
    }

    private static double gaussian(NoiseLevel level, double x, double deviation) {
        return (level.alpha() * deviation * deviation * x + level.sigma() * level.sigma() * MEAN) / variance(level, deviation);
    }

    private static TimeGrid grid(NoiseSchedule schedule, int steps, boolean toClean) {
        List<NoiseLevel> levels = IntStream.rangeClosed(0, steps).mapToObj(i -> schedule.atEdmSigma(Math.exp(3 - 6.0 * i / steps))).toList();
        return TimeGrid.contiguous(levels.subList(0, steps), toClean ? NoiseLevel.clean(0) : levels.get(steps)).withCurve(schedule);
    }

    private static double run(Solver solver, TimeGrid grid, ToDoubleBiFunction<NoiseLevel, Double> data, NoiseSource noise) {
        Plan plan = Plan.of(solver, grid, Parameterization.sample(), DataCorrection.NONE);
        SamplerState state = plan.startFrom(array(START), noise);
        for (int i = 0; i < plan.evaluations(); i++) {
            ModelInput input = plan.input(i, state);
            state = plan.step(i, array(data.applyAsDouble(input.level(), input.sample().getDouble(0))), state, noise);
        }
        return state.sample().getDouble(0);
    }

    private static INDArray array(double value) {
        return Nd4j.createFromArray(new double[][] {{value}});
    }

    /** Equal steps in log SNR, the first one divided so that multistep methods gather their history on steps of no weight. */
    private static TimeGrid warmGrid(int steps) {
        double[] places = IntStream.rangeClosed(-STARTING_STEPS, steps).mapToDouble(i -> i == -STARTING_STEPS ? 0 : i <= 0 ? Math.pow(2, i) : i).toArray();
        List<NoiseLevel> levels = Arrays.stream(places).distinct().mapToObj(place -> SCHEDULE.atEdmSigma(Math.exp(3 - 6.0 * place / steps))).toList();
        return TimeGrid.contiguous(levels.subList(0, levels.size() - 1), levels.get(levels.size() - 1)).withCurve(SCHEDULE);
    }

    private static double error(SolverCatalog.Entry entry, int steps) {
        TimeGrid grid = entry.name().contains("singlestep") ? grid(SCHEDULE, steps, false) : warmGrid(steps);
        NoiseLevel from = grid.from(0);
        NoiseLevel to = grid.to(grid.steps() - 1);
        return Arrays.stream(DEVIATIONS).map(deviation -> {
            double exact = to.alpha() * MEAN + Math.sqrt(variance(to, deviation) / variance(from, deviation)) * (START - from.alpha() * MEAN);
            return Math.abs(run(entry.of(grid.steps()), grid, (level, x) -> gaussian(level, x, deviation), NoiseSource.none()) - exact);
        }).sum();
    }

    @ParameterizedTest
    @MethodSource("deterministic")
    void converges_with_the_claimed_order(SolverCatalog.Entry entry) {
        double coarse = error(entry, 384);
        double fine = error(entry, 768);
        double slope = Math.log(coarse / fine) / Math.log(2);
        int claim = entry.of(6).traits().order();
        assertTrue(slope > claim - 0.3, entry + " claims " + claim + ", measured " + slope);
        boolean published = entry.variant().contains("published");
        assertTrue(!published || slope < claim + 0.35, entry + " is better than it claims: " + slope);
    }

    @ParameterizedTest
    @MethodSource("deterministic")
    void a_known_image_is_reached_along_a_straight_line(SolverCatalog.Entry entry) {
        for (NoiseSchedule schedule : List.of(SCHEDULE, new Flow(1000))) {
            TimeGrid grid = grid(schedule, 6, false);
            NoiseLevel from = grid.from(0);
            NoiseLevel to = grid.to(5);
            double noise = (START - from.alpha() * MEAN) / from.sigma();
            assertEquals(to.alpha() * MEAN + to.sigma() * noise, run(entry.of(6), grid, (level, x) -> MEAN, NoiseSource.none()), 1e-12, entry.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void a_known_image_is_reached_exactly_at_the_clean_end(SolverCatalog.Entry entry) {
        Solver solver = entry.of(6);
        boolean needsNoise = entry.name().equals("DPM-Solver fast") || entry.name().equals("DPM-Solver nested") || entry.name().contains("singlestep");
        if (!needsNoise) {
            assertEquals(MEAN, run(solver, grid(SCHEDULE, 6, true), (level, x) -> MEAN, CounterNoise.of(3)), 1e-9, entry.toString());
        }
    }

    private static void same(Solver a, Solver b) {
        TimeGrid grid = grid(SCHEDULE, 7, false);
        assertEquals(run(a, grid, SolverLawsTest::gaussian, NoiseSource.none()), run(b, grid, SolverLawsTest::gaussian, NoiseSource.none()), 1e-12, a + " and " + b);
    }

    @Test
    void different_names_for_the_same_mathematics() {
        Solver ddim = new FirstOrder(new Ancestral(0), true);
        same(ddim, DpmSolverMultistep.plusPlus(1));
        same(ddim, new DpmSolverMultistep(OrderRamp.of(1), Prediction.NOISE, SolverType.MIDPOINT, 0, Convention.EXACT));
        Set<Integer> nowhere = IntStream.range(0, 7).boxed().collect(Collectors.toSet());
        same(ddim, new UniPc(1, Prediction.DATA, UniPc.Variant.BH2, false, nowhere, List.of()));
        same(DpmSolverMultistep.plusPlus(2), new UniPc(2, Prediction.DATA, UniPc.Variant.BH2, false, nowhere, List.of()));
        same(DpmSolverMultistep.plusPlus(2), new UniPc(2, Prediction.DATA, UniPc.Variant.BH2, false, nowhere, List.of(DpmSolverMultistep.plusPlus(2))));
        same(new DpmPlusPlus2sAncestral(0), new DpmPlusPlusSde(0.5, 0, 1));
        same(new Heun(Coordinate.EDM), new Churn(new Heun(Coordinate.EDM), 0, 0, 1e9, 1));
    }

    @Test
    void published_third_orders_differ_from_the_exact_one() {
        TimeGrid grid = grid(SCHEDULE, 9, false);
        NoiseSource noise = CounterNoise.of(5);
        for (double eta : new double[] {0, 1}) {
            double[] results = Stream.of(Convention.values()).mapToDouble(convention -> run(
                    new DpmSolverMultistep(OrderRamp.of(3), Prediction.DATA, SolverType.HEUN, eta, convention), grid, SolverLawsTest::gaussian, noise)).toArray();
            assertTrue(Math.abs(results[0] - results[1]) > 1e-6);
            assertEquals(eta == 0, results[1] == results[2], "Diffusers differs from k-diffusion with noise only");
        }
    }

    @Test
    void pndm_converges() {
        io.github.diffusion4j.core.DiscreteSchedule betas = io.github.diffusion4j.schedules.BetaSchedule.LINEAR.schedule(1000);
        double[] errors = IntStream.of(25, 50, 100).mapToDouble(steps -> {
            int stride = 1000 / steps;
            List<NoiseLevel> levels = IntStream.rangeClosed(0, steps - 1).mapToObj(i -> betas.at(999 - i * stride)).toList();
            TimeGrid grid = TimeGrid.contiguous(levels.subList(0, steps - 1), levels.get(steps - 1)).withCurve(betas);
            NoiseLevel from = grid.from(0);
            NoiseLevel to = grid.to(steps - 2);
            double exact = to.alpha() * MEAN + Math.sqrt(variance(to, DEVIATION) / variance(from, DEVIATION)) * (START - from.alpha() * MEAN);
            return Math.abs(run(new Pndm(betas, stride, true, false), grid, SolverLawsTest::gaussian, NoiseSource.none()) - exact);
        }).toArray();
        assertTrue(errors[0] > 2 * errors[1] && errors[1] > 2 * errors[2], Arrays.toString(errors));
    }
}
