package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.DpmSolverSinglestep;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.Restart;
import io.github.diffusion4j.samplers.solvers.Restart.Segment;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.samplers.solvers.SolverType;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that restarts is a run, jumps, and runs of their own. */
class RestartTest {

    private static final EdmSchedule EDM = new EdmSchedule(0.002, 80);
    private static final Heun HEUN = new Heun(Coordinate.EDM);
    private static final GaussianData DATA = new GaussianData(0.7, 0.5);
    private static final int STEPS = 9;

    private static Plan plan(Solver solver, int steps) {
        return ComposedScheduler.of(EDM, solver).withParameterization(Parameterization.sample()).withSpacing(Sigmas.ramp(SigmaRamp.karras(7))).plan(steps);
    }

    @Provide
    Arbitrary<Segment> segments() {
        Arbitrary<Double> lowest = Arbitraries.doubles().between(0.01, 20);
        return Combinators.combine(Arbitraries.integers().between(2, 6), Arbitraries.integers().between(0, 3), lowest, Arbitraries.doubles().between(3, 4))
                .as((levels, times, low, factor) -> new Segment(levels, times, low, low * factor));
    }

    @Property(tries = 100, seed = "42")
    void evaluations_are_those_of_the_paper(@ForAll @IntRange(min = 18, max = 60) int steps, @ForAll @Size(max = 3) List<@From("segments") Segment> segments) {
        int more = segments.stream().mapToInt(segment -> segment.times() * 2 * (segment.levels() - 1)).sum();
        assertEquals(2 * steps - 1 + more, plan(Restart.of(HEUN, segments), steps).evaluations());
    }

    @Test
    void the_published_run_of_imagenet() {
        assertEquals(71 + 2 * 3 * (1 + 1 + 5 + 5) + 2 * 5 * 6, plan(new Restart(HEUN, Restart.IMAGENET_64, 7, 1.003), 36).evaluations());
    }

    @Property(tries = 20, seed = "42")
    void no_time_is_the_main_run(@ForAll @IntRange(min = 1, max = 30) int steps) {
        assertEquals(plan(HEUN, steps).key(), plan(Restart.of(HEUN, List.of(new Segment(4, 0, 0.5, 2))), steps).key());
    }

    /** Of one image every sample is known: at each evaluation mean and variance are those of the schedule, after a jump too. Places of the sample are constant, start and each noise. */
    @Property(tries = 60, seed = "42")
    void noise_is_that_of_the_schedule_at_every_evaluation(@ForAll @Size(min = 1, max = 3) List<@From("segments") Segment> segments, @ForAll boolean preserving) {
        TimeGrid edm = plan(HEUN, 20).grid();
        TimeGrid grid = preserving ? TimeGrid.contiguous(edm.starts().stream().map(level -> OrderOfConvergence.SCHEDULE.atEdmSigma(level.edmSigma())).toList(), NoiseLevel.clean(0))
                .withCurve(OrderOfConvergence.SCHEDULE) : edm;
        Plan plan = Trajectory.plan(Restart.of(HEUN, segments), grid);
        List<NoiseLevel> seen = new ArrayList<>();
        Trajectory.Network image = (input, c) -> {
            seen.add(input.level());
            assertEquals(input.level().alpha() * 0.7, c[0], 1e-11);
            double variance = Arrays.stream(c, 1, c.length).map(w -> w * w).sum();
            assertEquals(1, variance / Math.pow(input.level().sigma(), 2), 1e-11, () -> "at " + input.level());
            return DoubleStream.concat(DoubleStream.of(0.7), DoubleStream.generate(() -> 0).limit(c.length - 1)).toArray();
        };
        double[] start = new double[2 + 2 * plan.evaluations()];
        start[0] = grid.from(0).alpha() * 0.7;
        start[1] = grid.from(0).sigma();
        Trajectory.run(plan, image, start, (request, out) -> {
            double[] unit = new double[out.length()];
            unit[2 + 2 * request.index() + request.draw()] = 1;
            out.fill(unit);
        });
        segments.stream().filter(segment -> segment.times() > 0).forEach(segment -> assertTrue(seen.stream().filter(level -> Math.abs(level.edmSigma() / segment.highest() - 1) < 1e-9).count() >= segment.times()));
    }

    /** The nearest level of the run, and from there up. */
    @Property(tries = 60, seed = "42")
    void it_restarts_at_the_nearest_level(@ForAll("segments") Segment segment) {
        Plan plan = plan(Restart.of(HEUN, List.of(new Segment(segment.levels(), 1, segment.lowest(), segment.highest()))), 25);
        int up = IntStream.range(1, plan.evaluations()).filter(i -> plan.level(i).edmSigma() > plan.level(i - 1).edmSigma() * (1 + 1e-9)).findFirst().orElseThrow();
        double nearest = Arrays.stream(plan.sigmas()).filter(sigma -> sigma > 0 && sigma < 80).boxed().min((a, b) -> Double.compare(Math.abs(a - segment.lowest()), Math.abs(b - segment.lowest()))).orElseThrow();
        assertEquals(nearest, plan.level(up - 1).edmSigma(), 1e-12);
        assertEquals(segment.highest(), plan.level(up).edmSigma(), 1e-9);
    }

    static Stream<SolverCatalog.Entry> solvers() {
        return SolverCatalog.all().stream().filter(entry -> !entry.of(STEPS).traits().stochastic() && entry.of(STEPS).equals(entry.of(STEPS + 1)));
    }

    /** After a jump nothing is left of what a solver remembered: the rest is a run of its own, from the jumped sample to the end. */
    @ParameterizedTest
    @MethodSource("solvers")
    void the_way_down_is_a_run_of_its_own(SolverCatalog.Entry entry) {
        Solver inner = entry.of(STEPS);
        TimeGrid grid = OrderOfConvergence.grid(STEPS);
        Trajectory.Network network = Trajectory.Network.of(DATA);
        int arrival = 4;
        NoiseLevel low = grid.to(arrival);
        List<NoiseLevel> levels = new ArrayList<>(Arrays.stream(SigmaRamp.karras(7).sigmas(3, low.edmSigma(), 4)).limit(3).mapToObj(OrderOfConvergence.SCHEDULE::atEdmSigma).toList());
        levels.addAll(grid.starts().subList(arrival + 1, STEPS));
        TimeGrid down = TimeGrid.contiguous(levels, grid.to(STEPS - 1)).withCurve(OrderOfConvergence.SCHEDULE);
        double[] there = Trajectory.run(Trajectory.plan(inner, grid).slice(0, arrival + 1), network, new double[] {1.3, -0.4}, NoiseSource.none());
        double fresh = Math.sqrt(9 - low.edmSigma() * low.edmSigma()) * 0.25;
        double[] jumped = Arrays.stream(there).map(x -> down.from(0).alpha() * (x / low.alpha() + fresh)).toArray();
        double[] expected = Trajectory.run(Trajectory.plan(inner, down), network, jumped, NoiseSource.none());
        Restart restart = Restart.of(inner, List.of(new Segment(4, 1, low.edmSigma(), 3)));
        NoiseSource quarter = (request, out) -> out.fill(DoubleStream.generate(() -> 0.25).limit(out.length()).toArray());
        assertArrayEquals(expected, Trajectory.run(Trajectory.plan(restart, grid), network, new double[] {1.3, -0.4}, quarter), 1e-11, entry.toString());
    }

    @Test
    void a_solver_of_one_evaluation_restarts_too() {
        assertEquals(12 + 2 * 2, plan(Restart.of(DpmSolverMultistep.plusPlus(2), List.of(new Segment(3, 2, 0.5, 2))), 12).evaluations());
    }

    @Test
    void bad_segments_are_refused() {
        says("at least 2 levels", () -> new Segment(1, 1, 0.5, 2));
        says("negative number of times", () -> new Segment(3, -1, 0.5, 2));
        says("lowest < highest", () -> new Segment(3, 1, 2, 2));
        says("lowest < highest", () -> new Segment(3, 1, 0, 2));
        says("lowest < highest", () -> new Segment(3, 1, Double.NaN, 2));
        says("rho above 0", () -> new Restart(HEUN, List.of(), 0, 1));
        says("noise of at least 0", () -> new Restart(HEUN, List.of(), 7, Double.NaN));
        says("no step of the run ends at a level with noise", () -> plan(Restart.of(HEUN, List.of(new Segment(3, 1, 0.5, 2))), 1));
        says("towards the noise", () -> Trajectory.plan(Restart.of(HEUN, List.of(new Segment(3, 1, 0.5, 2))), OrderOfConvergence.grid(6).reversed()));
        says("cannot jump up to 2.3", () -> plan(Restart.of(HEUN, List.of(new Segment(3, 1, 2, 2.3))), 3));
        Solver orders = new DpmSolverSinglestep(List.of(1, 2, 1, 2, 1, 2), Prediction.DATA, SolverType.HEUN, 0, Convention.EXACT);
        says("orders were given for 6 steps", () -> plan(Restart.of(orders, List.of(new Segment(12, 1, 0.5, 2))), 6));
    }

    private static void says(String part, Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(part), message);
    }
}
