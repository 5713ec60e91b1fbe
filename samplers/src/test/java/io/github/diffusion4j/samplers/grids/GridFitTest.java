package io.github.diffusion4j.samplers.grids;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
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
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.LinearMultistep;
import io.github.diffusion4j.samplers.solvers.UniPc;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridFitTest {

    private static final List<NoiseSchedule> SCHEDULES = List.of(BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012), BetaSchedule.SQUARED_COSINE.schedule(1000), new Flow(1000),
            new EdmSchedule(0.002, 80));
    /** Eight clusters around a circle, and the exact network for them. */
    private static final int CLUSTERS = 8;
    private static final double WIDTH = 0.12;

    private static HostArray denoised(NoiseLevel level, HostArray x) {
        double[] in = x.values();
        double[] out = new double[in.length];
        double variance = level.alpha() * level.alpha() * WIDTH * WIDTH + level.sigma() * level.sigma();
        for (int i = 0; i < in.length; i += 2) {
            double total = 0;
            double nearest = Double.MAX_VALUE;
            for (int pass = 0; pass < 2; pass++) {
                for (int k = 0; k < CLUSTERS; k++) {
                    double[] centre = {1.3 * Math.cos(k * Math.PI / 4), 1.3 * Math.sin(k * Math.PI / 4)};
                    double distance = (Math.pow(in[i] - level.alpha() * centre[0], 2) + Math.pow(in[i + 1] - level.alpha() * centre[1], 2)) / (2 * variance);
                    if (pass == 0) {
                        nearest = Math.min(nearest, distance);
                        continue;
                    }
                    double likely = Math.exp(nearest - distance);
                    total += likely;
                    for (int axis = 0; axis < 2; axis++) {
                        out[i + axis] += likely * (centre[axis] + level.alpha() * WIDTH * WIDTH / variance * (in[i + axis] - level.alpha() * centre[axis]));
                    }
                }
            }
            out[i] /= total;
            out[i + 1] /= total;
        }
        return HostArray.of(out, x.shape());
    }

    private static final Sampling.Model<HostArray> NETWORK = input -> denoised(input.level(), input.sample());

    private static HostArray noise(long seed, int points) {
        HostArray noise = HostArrays.HEAP.make(ElementType.DOUBLE, points, 2);
        CounterNoise.of(seed).fill(NoiseRequest.start(), noise);
        return noise;
    }

    private static ComposedScheduler model(NoiseSchedule schedule, Solver solver) {
        return ComposedScheduler.of(schedule, solver).withParameterization(Parameterization.sample());
    }

    private static FittedGrid fitted(NoiseSchedule schedule, HostArray start) {
        GridFit fit = GridFit.SECOND_ORDER;
        Plan fine = fit.fine(model(schedule, UniPc.of(2)));
        return fit.roughness(fine.on(HostArrays.HEAP), NETWORK, start).grid(fit.fromNoisiest(fine));
    }

    private static List<Double> errors(NoiseSchedule schedule, Solver solver, Spacing spacing, int steps) {
        return errors(schedule, solver, spacing, steps, noise(99, 128));
    }

    private static List<Double> errors(NoiseSchedule schedule, Solver solver, Spacing spacing, int steps, HostArray start) {
        Plan plan = model(schedule, solver).withSpacing(spacing).plan(steps);
        Plan fine = GridFit.SECOND_ORDER.fine(model(schedule, solver)).withSteps(100);
        HostArray end = Sampling.run(plan.on(HostArrays.HEAP), NETWORK, start, NoiseSource.none(), Sampling.Listener.none());
        HostArray exact = Sampling.run(fine.on(HostArrays.HEAP), NETWORK, start, NoiseSource.none(), Sampling.Listener.none());
        return IntStream.range(0, (int) start.size(0)).mapToObj(i -> Comparison.error(HostArrays.HEAP, end.row(i), exact.row(i))).toList();
    }

    private static void check(NoiseSchedule schedule, Spacing usual, int... numbers) {
        FittedGrid grid = fitted(schedule, noise(1, 64));
        for (Solver solver : List.of(UniPc.of(2), DpmSolverMultistep.plusPlus(2))) {
            for (int steps : numbers) {
                Comparison compared = new Comparison(errors(schedule, solver, usual, steps), errors(schedule, solver, grid, steps));
                assertTrue(compared.wins(), () -> schedule + ", " + solver + ", " + steps + " steps: " + Comparison.mean(compared.usual()) + " and " + Comparison.mean(compared.fitted()));
            }
        }
    }

    /** On noises that nothing was fitted to. */
    @Test
    void a_fitted_grid_beats_a_schedules_own_spacing() {
        SCHEDULES.forEach(schedule -> check(schedule, model(schedule, UniPc.of(2)).spacing(), 6, 8, 10, 15));
    }

    /** Where the noise goes far beyond the data, usual ramps spend steps where nothing happens. On Stable Diffusion's schedule and in the time of a flow some of them are better for these clusters. */
    @Test
    void a_fitted_grid_beats_ramps_from_far_above() {
        for (NoiseSchedule schedule : List.of(SCHEDULES.get(1), SCHEDULES.get(3))) {
            check(schedule, Sigmas.ramp(SigmaRamp.karras(7), 80, 0.02), 6, 8, 10);
            check(schedule, Sigmas.logSnr(-Math.log(0.02), -Math.log(80)), 6, 8, 10);
        }
    }

    /** On Stable Diffusion's table, where equal steps of log SNR beat the fitted grid, a descent from them is better still, on noises that it did not see. */
    @Test
    void a_descent_with_the_solver_in_use_improves_any_grid() {
        NoiseSchedule schedule = SCHEDULES.get(0);
        HostArray seen = noise(3, 64);
        Spacing even = Sigmas.logSnr(schedule.cleanest().lambda(), schedule.noisiest().lambda());
        FittedGrid better = GridDescent.DEFAULT.refined(schedule, even, 8, grid -> Comparison.mean(errors(schedule, UniPc.of(2), grid, 8, seen)));
        assertEquals(schedule.noisiest(), better.levels(schedule, 8).get(0));
        Comparison compared = new Comparison(errors(schedule, UniPc.of(2), even, 8), errors(schedule, UniPc.of(2), better, 8));
        assertTrue(compared.wins(), compared::toString);
    }

    /** Also from pure noise, which lies infinitely far above. */
    @Test
    void a_descent_in_a_flow_starts_at_pure_noise() {
        NoiseSchedule schedule = SCHEDULES.get(2);
        HostArray seen = noise(3, 64);
        FittedGrid better = GridDescent.DEFAULT.refined(schedule, Sigmas.time(), 6, grid -> Comparison.mean(errors(schedule, UniPc.of(2), grid, 6, seen)));
        assertEquals(schedule.noisiest(), better.levels(schedule, 6).get(0));
        Comparison compared = new Comparison(errors(schedule, UniPc.of(2), Sigmas.time(), 6), errors(schedule, UniPc.of(2), better, 6));
        assertTrue(compared.wins(), compared::toString);
    }

    @Test
    void a_descent_stays_within_its_bounds() {
        EdmSchedule schedule = new EdmSchedule(0.1, 10);
        FittedGrid found = new GridDescent(0.9, 0.01, 0.02, 0.002).refined(schedule, Sigmas.explicit(10, 5, 1, 0.5), 4,
                grid -> grid.levels(schedule, 4).stream().mapToDouble(NoiseLevel::edmSigma).sum());
        double[] ends = found.levels(schedule, 4).stream().mapToDouble(NoiseLevel::edmSigma).toArray();
        assertEquals(0.1, ends[3], 0.02);
        assertTrue(Math.log(ends[2] / ends[3]) >= 0.02 - 1e-9 && Math.log(ends[1] / ends[2]) >= 0.02 - 1e-9 && ends[0] == 10);
        assertThrows(IllegalArgumentException.class, () -> new GridDescent(1, 0.1, 0.1, 0.002));
        assertThrows(IllegalArgumentException.class, () -> GridDescent.DEFAULT.refined(schedule, (any, steps) -> List.of(schedule.at(1), schedule.at(2)), 2, grid -> 0));
    }

    private static LocalErrors localErrors(NoiseSchedule schedule, int levels) {
        GridFit fit = new GridFit(2, levels, 80, 0.002);
        return fit.localErrors(fit.fine(model(schedule, UniPc.of(2))).on(HostArrays.HEAP), NETWORK, noise(1, 32));
    }

    /** All sub-grids of ten levels, one by one. */
    @Test
    void dynamic_programming_finds_what_trying_all_grids_finds() {
        for (NoiseSchedule schedule : SCHEDULES) {
            LocalErrors errors = localErrors(schedule, 10);
            for (Solver solver : List.of(new FirstOrder(new Ancestral(0), true), DpmSolverMultistep.plusPlus(2), LinearMultistep.gradientEstimation(2))) {
                for (int steps = 1; steps <= 10; steps++) {
                    int count = steps;
                    int[][] all = IntStream.range(0, 1 << 10).filter(set -> set % 2 == 1 && Integer.bitCount(set) == count)
                            .mapToObj(set -> IntStream.range(0, 10).filter(i -> (set >> i) % 2 == 1).toArray()).toArray(int[][]::new);
                    double least = Arrays.stream(all).mapToDouble(path -> errors.error(solver, path)).min().orElseThrow();
                    assertEquals(least, errors.error(solver, errors.path(solver, steps)), 1e-12 * least, () -> schedule + ", " + solver + ", " + count);
                }
            }
        }
    }

    /** The error of a run's only step is that of the step: from the first level to the end. */
    @Test
    void a_local_error_is_that_of_a_real_step() {
        for (NoiseSchedule schedule : SCHEDULES) {
            GridFit fit = new GridFit(2, 20, 80, 0.002);
            Plan fine = fit.fine(model(schedule, UniPc.of(2)));
            HostArray start = noise(1, 32);
            double[] exact = Sampling.run(fine.on(HostArrays.HEAP), NETWORK, start, NoiseSource.none(), Sampling.Listener.none()).values();
            double[] step = Sampling.run(model(schedule, DpmSolverMultistep.plusPlus(2)).plan(1).on(HostArrays.HEAP), NETWORK, start, NoiseSource.none(), Sampling.Listener.none()).values();
            double expected = Math.sqrt(IntStream.range(0, exact.length).mapToDouble(i -> Math.pow(step[i] - exact[i], 2)).average().orElseThrow());
            if (fine.level(0).sameAs(schedule.noisiest())) {
                assertEquals(expected, localErrors(schedule, 20).error(DpmSolverMultistep.plusPlus(2), 0), 1e-9, schedule::toString);
            }
        }
    }

    @Test
    void as_many_steps_as_levels_are_all_levels() {
        for (NoiseSchedule schedule : SCHEDULES) {
            LocalErrors errors = localErrors(schedule, 30);
            FittedGrid grid = errors.grid(schedule, DpmSolverMultistep.plusPlus(2), 30);
            for (int i = 0; i < 30; i++) {
                assertEquals(errors.levels().get(i).sigma(), grid.levels(schedule, 30).get(i).sigma(), 1e-9, schedule::toString);
            }
        }
    }

    @Test
    void local_errors_of_parts_add_up_and_refuse_what_they_cannot_tell() {
        NoiseSchedule schedule = SCHEDULES.get(1);
        GridFit fit = new GridFit(2, 20, 80, 0.002);
        Plan fine = fit.fine(model(schedule, UniPc.of(2)));
        HostArray start = noise(5, 16);
        LocalErrors whole = fit.localErrors(fine.on(HostArrays.HEAP), NETWORK, start);
        LocalErrors parts = fit.localErrors(fine.on(HostArrays.HEAP), NETWORK, start.part(0, 0, 7)).plus(fit.localErrors(fine.on(HostArrays.HEAP), NETWORK, start.part(0, 7, 16)));
        assertEquals(whole.error(DpmSolverMultistep.plusPlus(2), 0, 5, 12), parts.error(DpmSolverMultistep.plusPlus(2), 0, 5, 12), 1e-9);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> whole.grid(schedule, UniPc.of(2), 5)).getMessage().contains("plusPlus(2)"));
        assertThrows(IllegalArgumentException.class, () -> whole.grid(schedule, DpmSolverMultistep.plusPlus(3), 5));
        assertThrows(IllegalArgumentException.class, () -> whole.grid(schedule, DpmSolverMultistep.plusPlus(2), 21));
        assertThrows(IllegalArgumentException.class, () -> whole.plus(localErrors(schedule, 19)));
    }

    /** Where all levels are as rough as one another, weighted with alpha, steps are equal in log SNR. */
    @Property(tries = 50, seed = "42")
    void an_even_error_gives_equal_steps_of_log_snr(@ForAll @IntRange(min = 10, max = 60) int levels, @ForAll @IntRange(min = 1, max = 40) int steps, @ForAll @IntRange(min = 1, max = 2) int derivative) {
        List<Double> lambda = IntStream.range(0, levels).mapToObj(i -> -4 + 8.0 * i / (levels - 1)).toList();
        Roughness even = new Roughness(derivative, lambda, lambda.stream().map(l -> 7 * (1 + Math.exp(-2 * l))).toList(), 7);
        List<NoiseLevel> got = even.grid(false).levels(SCHEDULES.get(3), steps);
        for (int i = 0; i < steps; i++) {
            assertEquals(-4 + 8.0 * i / steps, got.get(i).lambda(), 1e-9, "step " + i);
        }
    }

    @Provide
    Arbitrary<FittedGrid> curves() {
        return Arbitraries.doubles().between(0.01, 5).list().ofMinSize(1).ofMaxSize(30).map(gaps -> {
            List<Double> points = new ArrayList<>(List.of(-3.0));
            List<Double> shares = new ArrayList<>(List.of(0.0));
            double whole = gaps.stream().mapToDouble(gap -> gap).sum();
            double sum = 0;
            for (double gap : gaps) {
                sum += gap;
                points.add(points.get(points.size() - 1) + 6.0 / gaps.size());
                shares.add(sum / whole);
            }
            shares.set(shares.size() - 1, 1.0);
            return new FittedGrid(gaps.size() % 2 == 0, points, shares, Map.of("steps", "any"));
        });
    }

    @Property(tries = 200, seed = "42")
    void levels_fall_for_any_curve_and_number_of_steps(@ForAll("curves") FittedGrid grid, @ForAll @IntRange(min = 1, max = 200) int steps) {
        List<NoiseLevel> levels = grid.levels(new EdmSchedule(0.001, 1000), steps);
        assertEquals(steps, levels.size());
        for (int i = 1; i < steps; i++) {
            assertTrue(levels.get(i).edmSigma() < levels.get(i - 1).edmSigma());
        }
        assertEquals(grid, FittedGrid.parse(grid.toJson()));
    }

    /** The roughness of a batch is that of its parts. */
    @Test
    void runs_add_up_and_grids_are_kept(@TempDir Path folder) throws Exception {
        NoiseSchedule schedule = SCHEDULES.get(1);
        GridFit fit = GridFit.SECOND_ORDER;
        Plan fine = fit.fine(model(schedule, UniPc.of(2)));
        HostArray start = noise(5, 16);
        Roughness whole = fit.roughness(fine.on(HostArrays.HEAP), NETWORK, start);
        Roughness parts = IntStream.range(0, 16).mapToObj(i -> fit.roughness(fine.on(HostArrays.HEAP), NETWORK, start.part(0, i, i + 1))).reduce(Roughness::plus).orElseThrow();
        FittedGrid one = whole.grid(fit.fromNoisiest(fine));
        FittedGrid other = parts.grid(fit.fromNoisiest(fine));
        for (int i = 0; i <= 20; i++) {
            assertEquals(one.at(i / 20.0), other.at(i / 20.0), 1e-9);
        }
        one.save(folder.resolve(FittedGrid.FILE));
        assertEquals(one, FittedGrid.load(folder));
    }

    /** A Karras ramp over all of a squared cosine; not the model's own spacing, nor a ramp from sigma 80, nor tables that begin there. */
    @Property(tries = 50, seed = "42")
    void a_description_says_where_evaluations_are_wasted(@ForAll @IntRange(min = 6, max = 60) int steps) {
        for (NoiseSchedule schedule : SCHEDULES) {
            boolean far = schedule.noisiest().edmSigma() > 1000;
            if (Double.isFinite(schedule.noisiest().edmSigma())) {
                List<String> remarks = model(schedule, UniPc.of(2)).withSpacing(Sigmas.ramp(SigmaRamp.karras(7))).plan(steps).describe().remarks();
                assertEquals(far, remarks.size() == 1 && remarks.get(0).contains("fromNoisiest"), remarks::toString);
            }
            assertEquals(List.of(), model(schedule, UniPc.of(2)).plan(steps).describe().remarks());
        }
        Plan better = model(SCHEDULES.get(1), UniPc.of(2)).withSpacing(Sigmas.fromNoisiest(Sigmas.ramp(SigmaRamp.karras(7), 80, 0.02))).plan(steps);
        assertEquals(List.of(), better.describe().remarks());
        assertFalse(better.describe().toString().contains("fromNoisiest"));
    }

    @Test
    void what_cannot_be_a_grid_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> new GridFit(3, 100, 80, 0.002));
        assertThrows(IllegalArgumentException.class, () -> new GridFit(2, 100, 0.001, 0.002));
        assertThrows(IllegalArgumentException.class, () -> FittedGrid.parse("[1, 2"));
        assertThrows(IllegalArgumentException.class, () -> FittedGrid.parse("{\"from_noisiest\": true, \"half_log_snr\": [1, \"a\"], \"share\": [0, 1]}"));
        assertThrows(IllegalArgumentException.class, () -> new FittedGrid(false, List.of(0.0, 1.0, 1.0), List.of(0.0, 0.5, 1.0), Map.of()));
        assertThrows(IllegalArgumentException.class, () -> fitted(SCHEDULES.get(3), noise(1, 4)).levels(SCHEDULES.get(3), 0));
        Sampling.Model<HostArray> constant = input -> HostArray.of(new double[8], 4, 2);
        Plan fine = GridFit.SECOND_ORDER.fine(model(SCHEDULES.get(0), LinearMultistep.ipndm(4)));
        Roughness flat = GridFit.SECOND_ORDER.roughness(fine.on(HostArrays.HEAP), constant, noise(1, 4));
        assertTrue(assertThrows(IllegalStateException.class, () -> flat.grid(false)).getMessage().contains("nothing to fit"));
        assertFalse(new Comparison(Arrays.asList(1.0, 2.0, 3.0), Arrays.asList(0.1, 1.95, 2.9)).wins());
    }
}
