package io.github.diffusion4j.samplers.statistics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.TimeGrid;
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
import io.github.diffusion4j.samplers.grids.GridFit;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.Deis;
import io.github.diffusion4j.samplers.solvers.DpmSolverV3;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.ModelStatistics;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.UniPc;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class DpmSolverV3Test {

    private static final Set<Integer> NEVER = IntStream.range(0, 30).boxed().collect(Collectors.toSet());
    private static final EdmSchedule EDM = new EdmSchedule(0.002, 80);

    /** An estimate that is linear in nothing. */
    private static final Sampling.Model<HostArray> BENT = input -> each(input.sample(), x -> Math.tanh(x / input.level().alpha()) / (1 + 0.3 * input.level().edmSigma()));

    private static HostArray each(HostArray array, DoubleUnaryOperator f) {
        return HostArray.of(Arrays.stream(array.values()).map(f).toArray(), array.shape());
    }

    /** The exact network of data N(mean, deviation^2). */
    private static Sampling.Model<HostArray> gaussian(double mean, double deviation) {
        return input -> {
            double power = Math.pow(input.level().edmSigma() / deviation, 2);
            return each(input.sample(), x -> (x / input.level().alpha() + power * mean) / (1 + power));
        };
    }

    private static TimeGrid grid(List<Double> lengths, boolean toClean) {
        List<NoiseLevel> levels = new ArrayList<>();
        double lambda = -3;
        for (double length : lengths) {
            levels.add(new NoiseLevel(levels.size(), Math.exp(0.1 * lambda), Math.exp(-0.9 * lambda)));
            lambda += length;
        }
        return TimeGrid.contiguous(levels, toClean ? NoiseLevel.clean(0) : new NoiseLevel(levels.size(), Math.exp(0.1 * lambda), Math.exp(-0.9 * lambda)));
    }

    private static double[] run(Solver solver, TimeGrid grid, Sampling.Model<HostArray> network, double... from) {
        Plan plan = Plan.of(solver, grid, Parameterization.sample(), DataCorrection.NONE);
        HostArray start = HostArray.of(from, 1, from.length);
        return Sampling.run(plan.on(HostArrays.HEAP), network, plan.on(HostArrays.HEAP).startFrom(start), NoiseSource.none(), Sampling.Listener.none()).values();
    }

    private static void same(Solver a, Solver b, TimeGrid grid) {
        double[] expected = run(b, grid, BENT, 1.7, -9, 22);
        double[] got = run(a, grid, BENT, 1.7, -9, 22);
        for (int i = 0; i < got.length; i++) {
            assertEquals(1, got[i] / expected[i], 1e-10, () -> a + " and " + b);
        }
    }

    /** A table that says the same at any levels. */
    private static ModelStatistics table(List<Double> levels, double linear, double slope, double constant) {
        List<Double> sorted = levels.stream().sorted().distinct().toList();
        return new ModelStatistics(sorted, sorted.stream().map(level -> linear).toList(), sorted.stream().map(level -> constant + slope * level).toList());
    }

    @Property(tries = 60, seed = "42")
    void statistics_of_one_make_it_data_prediction(@ForAll @Size(min = 3, max = 8) List<@DoubleRange(min = 0.1, max = 1.5) Double> lengths, @ForAll @IntRange(min = 1, max = 4) int order,
            @ForAll @Size(min = 5, max = 9) List<@DoubleRange(min = -4, max = 9) Double> levels, @ForAll @DoubleRange(min = -3, max = 3) double constant, @ForAll boolean toClean) {
        TimeGrid grid = grid(lengths, toClean);
        ModelStatistics data = levels.stream().distinct().count() < 2 ? ModelStatistics.DATA : table(levels, 1, 0, constant);
        same(new DpmSolverV3(order, data, false), new UniPc(order, Prediction.DATA, UniPc.Variant.EXACT, false, NEVER, List.of()), grid);
        same(new DpmSolverV3(order, data, true), new UniPc(order, Prediction.DATA, UniPc.Variant.EXACT, false, Set.of(), List.of()), grid);
    }

    @Property(tries = 60, seed = "42")
    void statistics_of_zero_make_it_noise_prediction(@ForAll @Size(min = 3, max = 8) List<@DoubleRange(min = 0.1, max = 1.5) Double> lengths, @ForAll @IntRange(min = 1, max = 4) int order,
            @ForAll @Size(max = 9) List<@DoubleRange(min = -4, max = 10) Double> levels, @ForAll @DoubleRange(min = -3, max = 3) double constant, @ForAll boolean toClean) {
        TimeGrid grid = grid(lengths, toClean);
        List<Double> all = new ArrayList<>(levels);
        all.addAll(List.of(-12.0, 16.0));
        same(new DpmSolverV3(order, table(all, 0, -1, constant), false), new Deis(OrderRamp.of(order)), grid);
        // A corrected sample leaves clean data to the noise that was estimated before its correction in the one, and to the data in the other.
        same(new DpmSolverV3(order, ModelStatistics.noise(-12, 16), true), new UniPc(order, Prediction.NOISE, UniPc.Variant.EXACT, false, Set.of(), List.of()), grid(lengths, false));
    }

    private static HostArray noise(int samples) {
        HostArray noise = HostArrays.HEAP.make(ElementType.DOUBLE, samples, 2);
        CounterNoise.of(5).fill(NoiseRequest.start(), noise);
        return noise;
    }

    private static MeasuredStatistics measured(Sampling.Model<HostArray> network, int levels, int samples) {
        ComposedScheduler model = ComposedScheduler.of(EDM, UniPc.of(2)).withParameterization(Parameterization.sample());
        Plan fine = new GridFit(2, levels, 80, 0.002).fine(model);
        return StatisticsFit.DEFAULT.measured(fine.on(HostArrays.HEAP), network, noise(samples), CounterNoise.of(7));
    }

    @Property(tries = 10, seed = "42")
    void the_measured_l_of_a_gaussian_is_its_share_of_noise(@ForAll @DoubleRange(min = -2, max = 2) double mean, @ForAll @DoubleRange(min = 0.2, max = 2) double deviation) {
        ModelStatistics statistics = measured(gaussian(mean, deviation), 20, 3).statistics();
        assertEquals(1, statistics.linear().get(0));
        for (int i = 1; i < 21; i++) {
            double power = Math.exp(-2 * statistics.halfLogSnr().get(i));
            assertEquals(power / (power + deviation * deviation), statistics.linear().get(i), 1e-8);
        }
    }

    /** Where eps is linear in x one step of any length is exact, but for what a table of so many levels cannot say, at most a share of the square of their distance. */
    @Property(tries = 30, seed = "42")
    void one_step_is_exact_on_a_gaussian(@ForAll @DoubleRange(min = 0.2, max = 2) double mean, @ForAll @DoubleRange(min = 0.3, max = 2) double deviation, @ForAll @DoubleRange(min = 1, max = 40) double from,
            @ForAll @DoubleRange(min = 0.01, max = 0.9) double to) {
        for (int levels : new int[] {50, 100, 200, 400}) {
            double distance = Math.log(80 / 0.002) / (levels - 1);
            double error = oneStep(measured(gaussian(mean, deviation), levels, 3).statistics(), mean, deviation, from, to);
            assertTrue(error < 0.5 * distance * distance, () -> levels + " levels: " + error / distance / distance);
            // Without a mean nothing is left beside the linear part, so that its size is rounding.
            double centred = oneStep(measured(gaussian(0, deviation), levels, 3).statistics(), 0, deviation, from, to);
            assertTrue(centred < 5 * distance * distance, () -> levels + " levels, mean 0: " + centred / distance / distance);
        }
        double data = oneStep(ModelStatistics.DATA, mean, deviation, from, to);
        double fitted = oneStep(measured(gaussian(mean, deviation), 400, 3).statistics(), mean, deviation, from, to);
        assertTrue(fitted < data / 20 + 1e-6, () -> fitted + " and with data prediction " + data);
    }

    /** The error of a step from samples of the noised data, in units of the data's deviation. */
    private static double oneStep(ModelStatistics statistics, double mean, double deviation, double from, double to) {
        double width = Math.hypot(deviation, from);
        double shrunk = Math.hypot(deviation, to) / width;
        TimeGrid grid = TimeGrid.contiguous(List.of(EDM.at(from)), EDM.at(to));
        double[] places = {-1.5, 0.3, 2};
        double[] end = run(new DpmSolverV3(1, statistics, false), grid, gaussian(mean, deviation), Arrays.stream(places).map(place -> mean + width * place).toArray());
        return IntStream.range(0, 3).mapToDouble(i -> Math.abs(end[i] - mean - shrunk * width * places[i])).max().orElseThrow() / (deviation + Math.abs(mean));
    }

    /** The exact network of two peaks, of which nothing is linear. */
    private static final Sampling.Model<HostArray> PEAKS = input -> {
        double noise = Math.pow(input.level().edmSigma(), 2);
        double power = noise + 0.09;
        return each(input.sample(), x -> (0.09 * x / input.level().alpha() + noise * Math.tanh(x / input.level().alpha() / power)) / power);
    };

    private static double error(NoiseSchedule schedule, Spacing spacing, Solver solver, int steps) {
        ComposedScheduler model = ComposedScheduler.of(schedule, solver).withParameterization(Parameterization.sample());
        double[] fine = end(new GridFit(2, 300, 80, 0.002).fine(model));
        double[] end = end(model.withSpacing(spacing).plan(steps));
        return IntStream.range(0, end.length).mapToDouble(i -> Math.abs(end[i] - fine[i])).average().orElseThrow();
    }

    private static double[] end(Plan plan) {
        HostArray start = HostArrays.HEAP.make(ElementType.DOUBLE, 512, 2);
        CounterNoise.of(99).fill(NoiseRequest.start(), start);
        return Sampling.run(plan.on(HostArrays.HEAP), PEAKS, start, NoiseSource.none(), Sampling.Listener.none()).values();
    }

    /** On samples that it was not fitted to, and on the grid that is fitted to the network, where its rival is at its best. */
    @Test
    void with_statistics_few_steps_err_less_than_unipc() {
        for (NoiseSchedule schedule : List.of(EDM, BetaSchedule.SQUARED_COSINE.schedule(1000))) {
            GridFit fit = GridFit.SECOND_ORDER;
            Plan fine = fit.fine(ComposedScheduler.of(schedule, UniPc.of(2)).withParameterization(Parameterization.sample()));
            Spacing grid = fit.roughness(fine.on(HostArrays.HEAP), PEAKS, noise(64)).grid(fit.fromNoisiest(fine));
            ModelStatistics statistics = StatisticsFit.DEFAULT.measured(fine.on(HostArrays.HEAP), PEAKS, noise(64), CounterNoise.of(7)).statistics();
            for (int steps : new int[] {6, 8, 10}) {
                double v3 = error(schedule, grid, new DpmSolverV3(2, statistics, true), steps);
                double uniPc = error(schedule, grid, UniPc.of(2), steps);
                assertTrue(v3 < (steps == 6 ? 0.7 : 0.35) * uniPc, () -> schedule + " in " + steps + " steps: " + v3 + " and " + uniPc);
            }
        }
    }

    @Test
    void runs_add_up_and_files_keep_them(@TempDir Path folder) throws Exception {
        MeasuredStatistics one = measured(BENT, 12, 2);
        MeasuredStatistics twice = one.plus(one);
        assertEquals(8, twice.numbers());
        assertArrayEquals(one.statistics().logSize().stream().mapToDouble(s -> s).toArray(), twice.statistics().logSize().stream().mapToDouble(s -> s).toArray(), 1e-12);
        one.save(folder.resolve("statistics.json"));
        assertEquals(one, MeasuredStatistics.load(folder.resolve("statistics.json")));
    }

    @Test
    void what_is_no_table_is_refused() {
        says("at least two", () -> new ModelStatistics(List.of(1.0), List.of(1.0), List.of(1.0)));
        says("ascend", () -> new ModelStatistics(List.of(1.0, 1.0), List.of(1.0, 1.0), List.of(0.0, 0.0)));
        says("ascend", () -> new ModelStatistics(List.of(1.0, 2.0), List.of(1.0, Double.NaN), List.of(0.0, 0.0)));
        says("order must lie in 1 to 16", () -> new DpmSolverV3(0, ModelStatistics.DATA, true));
        says("above 0", () -> new StatisticsFit(0));
        says("are JSON", () -> MeasuredStatistics.parse("no"));
        says("have the keys", () -> MeasuredStatistics.parse("{}"));
        says("as many sums as levels", () -> MeasuredStatistics.parse("{\"numbers\": 3, \"half_log_snr\": [1, 2]}"));
        MeasuredStatistics one = measured(BENT, 12, 2);
        says("do not add up", () -> one.plus(measured(BENT, 13, 2)));
        assertThrows(IllegalStateException.class, () -> measured(input -> each(input.sample(), x -> Double.NaN), 12, 2).statistics());
        ComposedScheduler heun = ComposedScheduler.of(EDM, new Heun(Coordinate.EDM)).withParameterization(Parameterization.sample());
        says("one evaluation for each step", () -> StatisticsFit.DEFAULT.measured(heun.plan(5).on(HostArrays.HEAP), BENT, noise(1), CounterNoise.of(7)));
    }

    private static void says(String part, Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(part), message);
    }
}
