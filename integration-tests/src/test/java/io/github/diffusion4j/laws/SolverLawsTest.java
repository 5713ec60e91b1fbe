package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.PlanDescription;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.laws.WeakOrder.Draws;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Churn;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.DpmFast;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlus2sAncestral;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlusSde;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.DpmSolverSinglestep;
import io.github.diffusion4j.samplers.solvers.DpmSolverV3;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.LateFlowChurn;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import io.github.diffusion4j.samplers.solvers.Pndm;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.samplers.solvers.SolverType;
import io.github.diffusion4j.samplers.solvers.UniPc;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Flow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exact laws of every solver, and its order on coarse grids, where a wrong coefficient shows at once; CertificateTest measures the order itself. */
class SolverLawsTest {

    private static final NoiseSchedule SCHEDULE = OrderOfConvergence.SCHEDULE;
    private static final GaussianData POINT = new GaussianData(0.7, 0);
    private static final GaussianData DATA = new GaussianData(0.7, 0.5);
    private static final double START = 1.3;

    static Stream<SolverCatalog.Entry> deterministic() {
        return all().filter(entry -> !entry.of(6).traits().stochastic());
    }

    static Stream<SolverCatalog.Entry> stochastic() {
        return all().filter(entry -> entry.of(6).traits().stochastic());
    }

    static Stream<SolverCatalog.Entry> all() {
        return SolverCatalog.all().stream();
    }

    private static TimeGrid grid(NoiseSchedule schedule, int steps, boolean toClean) {
        List<NoiseLevel> levels = IntStream.rangeClosed(0, steps).mapToObj(i -> schedule.atEdmSigma(Math.exp(3 - 6.0 * i / steps))).toList();
        return TimeGrid.contiguous(levels.subList(0, steps), toClean ? NoiseLevel.clean(0) : levels.get(steps)).withCurve(schedule);
    }

    private static double run(Solver solver, TimeGrid grid, TestData data, NoiseSource noise) {
        return Trajectory.run(Trajectory.plan(solver, grid), Trajectory.Network.of(data), new double[] {START}, noise)[0];
    }

    private static double error(Solver solver, TimeGrid grid) {
        return Math.abs(run(solver, grid, DATA, NoiseSource.none()) - DATA.flow(grid.from(0), grid.to(grid.steps() - 1), START));
    }

    @ParameterizedTest
    @MethodSource("deterministic")
    void coarse_grids_show_the_order(SolverCatalog.Entry entry) {
        double coarse = error(entry.of(48), OrderOfConvergence.grid(48));
        double fine = error(entry.of(96), OrderOfConvergence.grid(96));
        int order = Math.min(2, entry.of(6).traits().order());
        // Where two errors of opposite sign nearly cancel there is no slope to see, but then the error is small.
        assertTrue(coarse / fine > Math.pow(2, order - 0.3) || fine < 3e-5, () -> entry + ": " + coarse + " and " + fine);
        assertTrue(fine < (order == 1 ? 0.02 : 2e-3), () -> entry + " errs by " + fine);
    }

    @ParameterizedTest
    @MethodSource("stochastic")
    void coarse_grids_show_the_weak_order(SolverCatalog.Entry entry) {
        if (entry.of(6).traits().order() > 0) {
            double[] errors = IntStream.of(64, 128).mapToDouble(steps -> {
                TimeGrid grid = OrderOfConvergence.grid(steps);
                return Math.abs(WeakOrder.moments(entry.of(steps), grid, DATA, Draws.INDEPENDENT).variance() - DATA.variance(grid.to(steps - 1)));
            }).toArray();
            assertTrue(errors[0] / errors[1] > 1.6 && errors[1] < 0.03, () -> entry + ": " + Arrays.toString(errors));
        }
    }

    @ParameterizedTest
    @MethodSource("deterministic")
    void a_known_image_is_reached_along_a_straight_line(SolverCatalog.Entry entry) {
        // What it takes for linear is exact for the network whose statistics it has; DpmSolverV3Test holds that.
        Assumptions.assumeFalse(entry.of(6) instanceof DpmSolverV3);
        for (NoiseSchedule schedule : List.of(SCHEDULE, new Flow(1000))) {
            TimeGrid grid = grid(schedule, 6, false);
            assertEquals(POINT.flow(grid.from(0), grid.to(5), START), run(entry.of(6), grid, POINT, NoiseSource.none()), 1e-12, entry.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void a_known_image_is_reached_exactly_at_the_clean_end(SolverCatalog.Entry entry) {
        for (int steps : new int[] {6, 1}) {
            assertEquals(0.7, run(entry.of(steps), grid(SCHEDULE, steps, true), POINT, CounterNoise.of(3)), 1e-9, entry + " in " + steps);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void a_step_goes_back_as_many_predictions_of_earlier_steps_as_claimed(SolverCatalog.Entry entry) {
        List<Integer> remembered = new ArrayList<>();
        long most = 0;
        for (PlanDescription.Row row : Trajectory.plan(entry.of(12), OrderOfConvergence.grid(12)).describe().rows()) {
            if (!row.weights().get("remember").isEmpty()) {
                remembered.add(0, row.step());
            }
            int deepest = IntStream.range(0, remembered.size())
                    .filter(k -> Stream.of("anchor", "next").anyMatch(part -> row.weights().get(part).containsKey("memory" + k))).max().orElse(-1);
            most = Math.max(most, remembered.subList(0, deepest + 1).stream().filter(step -> step < row.step()).count());
        }
        assertEquals(entry.of(12).traits().history(), most, entry.toString());
    }

    private static void same(Solver a, Solver b) {
        TimeGrid grid = grid(SCHEDULE, 7, false);
        assertEquals(run(a, grid, DATA, NoiseSource.none()), run(b, grid, DATA, NoiseSource.none()), 1e-12, a + " and " + b);
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
        same(new UniPc(2, Prediction.DATA, UniPc.Variant.BH2, false, Set.of(), List.of()),
                new UniPc(2, Prediction.DATA, UniPc.Variant.BH2, false, Set.of(), List.of(DpmSolverMultistep.plusPlus(2))));
        same(new DpmPlusPlus2sAncestral(0), new DpmPlusPlusSde(0.5, 0, 1));
        same(new Heun(Coordinate.EDM), new Churn(new Heun(Coordinate.EDM), 0, 0, 1e9, 1));
    }

    @Test
    void published_third_orders_differ_from_the_exact_one() {
        TimeGrid grid = grid(SCHEDULE, 9, false);
        NoiseSource noise = CounterNoise.of(5);
        for (double eta : new double[] {0, 1}) {
            double[] results = Stream.of(Convention.values()).mapToDouble(convention -> run(
                    new DpmSolverMultistep(OrderRamp.of(3), Prediction.DATA, SolverType.HEUN, eta, convention), grid, DATA, noise)).toArray();
            assertTrue(Math.abs(results[0] - results[1]) > 1e-6);
            assertEquals(eta == 0, results[1] == results[2], "Diffusers differs from k-diffusion with noise only");
        }
    }

    /** The sign of the D2 term in Diffusers: the stochastic singlestep method of third order loses an order of its variance as well. */
    @Test
    void the_wrong_sign_of_the_singlestep_sde_costs_accuracy() {
        double[] errors = Stream.of(Convention.EXACT, Convention.DIFFUSERS).mapToDouble(convention -> {
            int steps = 96;
            TimeGrid grid = OrderOfConvergence.grid(steps);
            Solver solver = new DpmSolverSinglestep(IntStream.range(0, steps).mapToObj(i -> i % 3 + 1).toList(), Prediction.DATA, SolverType.HEUN, 1, convention);
            return Math.abs(WeakOrder.moments(solver, grid, DATA, Draws.BROWNIAN).variance() - DATA.variance(grid.to(steps - 1)));
        }).toArray();
        assertTrue(errors[0] < 0.01 && errors[1] > 2 * errors[0], () -> Arrays.toString(errors));
    }

    @Test
    void pndm_converges() {
        DiscreteSchedule betas = BetaSchedule.LINEAR.schedule(1000);
        double[] errors = IntStream.of(25, 50, 100).mapToDouble(steps -> {
            int stride = 1000 / steps;
            List<NoiseLevel> levels = IntStream.rangeClosed(0, steps - 1).mapToObj(i -> betas.at(999 - i * stride)).toList();
            TimeGrid grid = TimeGrid.contiguous(levels.subList(0, steps - 1), levels.get(steps - 1)).withCurve(betas);
            return error(new Pndm(betas, stride, true, false), grid);
        }).toArray();
        assertTrue(errors[0] > 2 * errors[1] && errors[1] > 2 * errors[2], Arrays.toString(errors));
    }

    /** FlowMatchHeun's churn by hand: from u = 0.8, lifted to 1, to 0.5, data 0.7, noise 2. Without churn it is Heun's method. */
    @Test
    void churn_after_the_network_was_asked() {
        Flow flow = new Flow(1);
        TimeGrid grid = TimeGrid.contiguous(List.of(flow.at(0.8)), flow.at(0.5)).withCurve(flow);
        NoiseSource two = (request, out) -> out.fill(DoubleStream.generate(() -> 2).limit(out.length()).toArray());
        assertEquals(1.6, run(new LateFlowChurn(0.25, 0, 1, 1), grid, POINT, two), 1e-12);
        double heun = run(new Heun(Coordinate.FLOW), grid, POINT, two);
        assertEquals(heun, run(new LateFlowChurn(0.25, 0, 0.7, 1), grid, POINT, two), 1e-12);
        assertEquals(heun, run(new LateFlowChurn(0.25, 0.9, 1, 1), grid, POINT, two), 1e-12);
        TimeGrid toClean = TimeGrid.contiguous(List.of(flow.at(0.8)), NoiseLevel.clean(0)).withCurve(flow);
        assertEquals(2.5 - 0.6, run(new LateFlowChurn(0.25, 0, 1, 1), toClean, POINT, two), 1e-12);
    }

    @Test
    void orders_of_dpm_fast_spend_the_evaluations() {
        assertArrayEquals(new Object[] {List.of(3, 3, 2, 1), List.of(3, 3, 3, 1), List.of(3, 3, 3, 2), List.of(1), List.of(2), List.of(2, 1)},
                IntStream.of(9, 10, 11, 1, 2, 3).mapToObj(DpmFast::ordersFor).toArray());
    }

    @Test
    void a_churned_run_spends_what_it_was_given() {
        Churn churn = Churn.of(new Heun(Coordinate.EDM), 4, 40);
        assertEquals(0.1, churn.gamma(), 1e-15);
        assertEquals(Math.sqrt(2) - 1, Churn.of(new Heun(Coordinate.EDM), 40, 40).gamma(), 1e-15);
        Plan plan = Trajectory.plan(churn, grid(SCHEDULE, 4, false).withCurve(SCHEDULE));
        assertEquals(4, plan.noisyEvaluations().length);
    }
}
