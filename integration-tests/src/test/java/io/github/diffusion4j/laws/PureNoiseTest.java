package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.PlanDescription;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.solvers.Ipndm;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.Timesteps;
import io.github.diffusion4j.schedules.TrigSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.hipparchus.stat.regression.SimpleRegression;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs that start where nothing is left of the data (alpha 0), as flow models and zero-terminal-SNR tables ask for, and runs that end there. */
class PureNoiseTest {

    private static final List<NoiseSchedule> SCHEDULES = List.of(new Flow(1000), new Flow(1), new TrigSchedule(1),
            BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012).withZeroTerminalSnr(), BetaSchedule.LINEAR.schedule(50).withZeroTerminalSnr());

    private static final GaussianData DATA = new GaussianData(0.7, 0.3);

    static List<SolverCatalog.Entry> solvers() {
        return SolverCatalog.all();
    }

    @Provide
    Arbitrary<SolverCatalog.Entry> entries() {
        return Arbitraries.of(SolverCatalog.all());
    }

    @Provide
    Arbitrary<NoiseSchedule> schedules() {
        return Arbitraries.of(SCHEDULES);
    }

    @Provide
    Arbitrary<Parameterization> informative() {
        return Arbitraries.of(Parameterization.sample(), Parameterization.velocity(), Parameterization.flow());
    }

    private static ComposedScheduler scheduler(NoiseSchedule schedule, SolverCatalog.Entry solver, int steps) {
        return ComposedScheduler.of(schedule, solver.of(steps));
    }

    /** A first step of {@code alpha' x0^ + keep x / sigma + fresh z}, whatever the solver; its weights tell. */
    @Property(tries = 1500, seed = "42")
    void every_solver_starts_at_pure_noise_with_a_step_of_first_order(@ForAll("schedules") NoiseSchedule schedule, @ForAll("entries") SolverCatalog.Entry solver,
            @ForAll("informative") Parameterization parameterization, @ForAll @IntRange(min = 1, max = 40) int steps) {
        Plan plan = scheduler(schedule, solver, steps).withParameterization(parameterization).plan(steps);
        assertEquals(0, plan.grid().from(0).alpha(), 1e-15);
        assertEquals(steps, plan.steps());
        if (plan.level(0).alpha() == 0 && plan.evaluationOf(Math.min(1, steps - 1)) <= 1) {
            NoiseLevel to = plan.grid().to(0);
            PlanDescription.Row first = plan.describe().rows().get(0);
            Parameterization.Weights data = parameterization.data(plan.level(0));
            double output = first.weights().get("next").getOrDefault("output", 0.0) + first.weights().get("remember").getOrDefault("output", 0.0)
                    * first.weights().get("next").getOrDefault("memory0", 0.0);
            assertEquals(to.alpha() * data.second(), output, 1e-9, () -> solver + " on " + schedule + ":\n" + plan.describe());
        }
    }

    @Property(tries = 600, seed = "42")
    void noise_prediction_knows_no_data_there_and_the_refusal_says_so(@ForAll("schedules") NoiseSchedule schedule, @ForAll("entries") SolverCatalog.Entry solver,
            @ForAll @IntRange(min = 2, max = 20) int steps) {
        if (schedule.noisiest().alpha() > 0) {
            return;
        }
        String message = assertThrows(IllegalArgumentException.class, () -> scheduler(schedule, solver, steps).plan(steps)).getMessage();
        assertTrue(message.contains("EPSILON prediction says nothing about the data at alpha 0"), message);
    }

    /**
     * From pure noise the error still falls: with the first order, and with the second where the solver has it, but for a logarithm: the first steps double the signal, however many
     * there are, so that the errors of solvers in log SNR add up to {@code ln n / n^2}.
     */
    @ParameterizedTest
    @MethodSource("solvers")
    void the_order_survives_the_first_step(SolverCatalog.Entry solver) {
        if (solver.of(8).traits().stochastic() || solver.of(8).traits().order() == 0) {
            return;
        }
        SimpleRegression slope = new SimpleRegression();
        for (int steps = 32; steps <= 256; steps *= 2) {
            slope.addData(-Math.log(steps), Math.log(error(solver, steps)));
        }
        // The weights of iPNDM are those of equal steps in sigma / alpha, which these are not.
        double least = solver.of(8) instanceof Ipndm ? 1 : Math.min(solver.of(8).traits().order(), 2) - 0.4;
        assertTrue(slope.getSlope() > least, () -> solver + " converges with order " + slope.getSlope());
    }

    private static double error(SolverCatalog.Entry solver, int steps) {
        Flow flow = new Flow(1);
        List<NoiseLevel> levels = IntStream.rangeClosed(0, steps).mapToObj(i -> flow.at(1 - 0.8 * i / steps)).toList();
        TimeGrid grid = TimeGrid.contiguous(levels.subList(0, steps), levels.get(steps)).withCurve(flow);
        double worst = 0;
        for (GaussianData data : List.of(DATA, new GaussianData(-0.4, 0.8), new GaussianData(0.2, 1.3))) {
            double[] starts = {1.9, 0.4, -1.2};
            double[] ends = Trajectory.run(Trajectory.plan(solver.of(steps), grid), Trajectory.Network.of(data), starts, NoiseSource.none());
            for (int i = 0; i < starts.length; i++) {
                worst = Math.max(worst, Math.abs(ends[i] - data.flow(levels.get(0), levels.get(steps), starts[i])));
            }
        }
        return worst;
    }

    /** Inversion up to pure noise is the same in the other direction. */
    @ParameterizedTest
    @MethodSource("solvers")
    void runs_end_at_pure_noise_too(SolverCatalog.Entry solver) {
        if (solver.of(8).traits().stochastic() || solver.of(8).traits().order() == 0 || solver.name().equals("Heun++")) {
            return; // the last refuses to go there
        }
        Flow flow = new Flow(1);
        List<NoiseLevel> levels = IntStream.rangeClosed(0, 64).mapToObj(i -> flow.at(0.2 + 0.8 * i / 64)).toList();
        TimeGrid grid = TimeGrid.contiguous(levels.subList(0, 64), levels.get(64)).withCurve(flow);
        double end = Trajectory.run(Trajectory.plan(solver.of(64), grid), Trajectory.Network.of(DATA), new double[] {0.9}, NoiseSource.none())[0];
        assertEquals(DATA.flow(levels.get(0), levels.get(64), 0.9), end, solver.of(8).traits().order() == 1 ? 0.2 : 0.03);
    }

    /** What people with SD3, Flux and Wan ask for: the usual solvers on their models' own times. */
    @Property(tries = 200, seed = "42")
    void classes_of_diffusers_take_times_that_start_at_one(@ForAll @IntRange(min = 1, max = 40) int steps, @ForAll @DoubleRange(min = 0.3, max = 12) double shift,
            @ForAll("flowClasses") Map.Entry<String, Integer> kind) {
        DiffusersConfig config = DiffusersConfig.of(kind.getKey()).with("use_flow_sigmas", true).with("prediction_type", "flow_prediction").with("flow_shift", shift);
        if (config.has("solver_order")) {
            config = config.with("solver_order", kind.getValue());
        }
        double[] sigmas = IntStream.range(0, steps).mapToDouble(i -> 1 - (double) i / steps).toArray();
        Plan plan = config.scheduler().plan(Run.sigmas(sigmas));
        assertEquals(1, plan.level(0).sigma(), 2e-6);
        assertEquals(steps, plan.steps());
    }

    @Provide
    Arbitrary<Map.Entry<String, Integer>> flowClasses() {
        List<Map.Entry<String, Integer>> kinds = new ArrayList<>();
        for (String name : List.of("DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler", "DEISMultistepScheduler", "UniPCMultistepScheduler", "SASolverScheduler")) {
            IntStream.rangeClosed(1, 3).forEach(order -> kinds.add(Map.entry(name, order)));
        }
        return Arbitraries.of(kinds);
    }

    @Property(tries = 100, seed = "42")
    void zero_terminal_snr_starts_with_the_last_timestep(@ForAll("entries") SolverCatalog.Entry solver, @ForAll @IntRange(min = 1, max = 30) int steps) {
        NoiseSchedule schedule = SCHEDULES.get(3);
        Plan plan = scheduler(schedule, solver, steps).withSpacing(Timesteps.trailing()).withParameterization(Parameterization.velocity())
                .withCorrection(DataCorrection.clip(1)).plan(steps);
        assertEquals(999, plan.timestep(0));
    }
}
