package io.github.diffusion4j.samplers.likelihood;

import static io.github.diffusion4j.samplers.likelihood.GaussianNetwork.array;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.LinearMultistep;
import io.github.diffusion4j.samplers.solvers.NestedStep;
import io.github.diffusion4j.samplers.solvers.RectifiedAncestral;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.VarianceSde;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FlowLikelihoodTest {

    private static final VarianceSde VP = new VarianceSde(0.1, 20);
    private static final double[] VARIANCES = {1.4, 0.3, 0.8};
    private static final HostArray DATA = array(new double[] {0.9, -0.2, 0.4, -1.1, 0.7, 0.1}, 2, 3);
    private static final double DEVIATION = 0.25;

    /** Levels at equal distances of asinh(sigma / alpha), or as a power of the index. */
    private static TimeGrid grid(NoiseSchedule schedule, double from, double to, int steps, double power) {
        return grid(schedule::atEdmSigma, from, to, steps, power).withCurve(schedule);
    }

    private static TimeGrid grid(DoubleFunction<NoiseLevel> at, double from, double to, int steps, double power) {
        double first = asinh(from);
        double last = asinh(to);
        List<NoiseLevel> levels = new ArrayList<>(IntStream.rangeClosed(0, steps).mapToObj(i -> at.apply(i == 0 ? from : i == steps ? to
                : Math.sinh(first + (last - first) * Math.pow((double) i / steps, power)))).toList());
        return TimeGrid.contiguous(levels.subList(0, steps), levels.get(steps));
    }

    /** Levels at equal ratios, for solvers in ln(sigma / alpha). */
    private static TimeGrid geometric(double from, double to, int steps) {
        List<NoiseLevel> levels = IntStream.rangeClosed(0, steps).mapToObj(i -> VP.atEdmSigma(from * Math.pow(to / from, (double) i / steps))).toList();
        return TimeGrid.contiguous(levels.subList(0, steps), levels.get(steps)).withCurve(VP);
    }

    private static double asinh(double x) {
        return Math.log(x + Math.hypot(1, x));
    }

    private static double[] error(Solver solver, TimeGrid grid, Parameterization parameterization) {
        GaussianNetwork network = new GaussianNetwork(parameterization, 0.3, VARIANCES);
        double[] found = new FlowLikelihood(solver, grid, parameterization).of(HostArrays.HEAP, network, DATA, Probes.exact(), network::logDensity).logDensity();
        NoiseLevel start = grid.from(0);
        return IntStream.range(0, 2).mapToDouble(row -> found[row] - network.logDensity(start, DATA.row(row).values())).toArray();
    }

    private static double slope(Solver solver, DoubleFunction<TimeGrid> grid, Parameterization parameterization) {
        double coarse = error(solver, grid.apply(80), parameterization)[0];
        double fine = error(solver, grid.apply(160), parameterization)[0];
        return Math.log(Math.abs(coarse / fine)) / Math.log(2);
    }

    @Test
    void the_density_of_gaussian_data_comes_with_the_order_of_the_solver() {
        DoubleFunction<TimeGrid> levels = steps -> grid(VP, 0.01, 40, (int) steps, 1);
        assertEquals(1, slope(new FirstOrder(new Ancestral(0), true), levels, Parameterization.epsilon()), DEVIATION);
        assertEquals(2, slope(new Heun(Coordinate.EDM), levels, Parameterization.epsilon()), DEVIATION);
        assertEquals(2, slope(new Heun(Coordinate.EDM), levels, Parameterization.velocity()), DEVIATION);
        assertEquals(3, slope(new NestedStep(3, 0.5, 0, 0), steps -> geometric(0.05, 40, (int) steps), Parameterization.sample()), DEVIATION);
    }

    @Test
    void a_flow_is_followed_from_clean_data_to_pure_noise() {
        DoubleFunction<TimeGrid> levels = steps -> {
            List<NoiseLevel> all = IntStream.rangeClosed(0, (int) steps).mapToObj(i -> new NoiseLevel(i / steps, 1 - i / steps, i / steps)).toList();
            return TimeGrid.contiguous(all.subList(0, (int) steps), all.get((int) steps));
        };
        assertEquals(2, slope(new Heun(Coordinate.FLOW), levels, Parameterization.flow()), DEVIATION);
        assertArrayEquals(new double[2], error(new Heun(Coordinate.FLOW), levels.apply(1000), Parameterization.flow()), 2e-5);
    }

    @Test
    void enough_steps_give_the_density_of_the_data_themselves() {
        TimeGrid grid = grid(VP, 0, VP.noisiest().edmSigma(), 3000, 2);
        assertArrayEquals(new double[2], error(new LinearMultistep(4, Coordinate.EDM, Convention.EXACT), grid, Parameterization.epsilon()), 1e-9);
    }

    @Test
    void data_of_unit_variance_cost_no_step() {
        GaussianNetwork network = new GaussianNetwork(Parameterization.epsilon(), 0, 1);
        HostArray data = array(new double[] {0.4, -2}, 2, 1);
        FlowLikelihood one = new FlowLikelihood(new LinearMultistep(1, Coordinate.EDM, Convention.EXACT), grid(VP, 0, 100, 1, 1), Parameterization.epsilon());
        assertArrayEquals(new double[2], one.of(HostArrays.HEAP, network, data, Probes.exact(), Prior.standard()).logDeterminant(), 1e-12);
    }

    /** A network that was trained in one coordinate and scales its input. */
    private record Scaled() implements Parameterization {

        @Override
        public Weights target(NoiseLevel level) {
            return new Weights(0, 1);
        }

        @Override
        public double inputScale(NoiseLevel level) {
            return 1 / Math.hypot(level.alpha(), level.sigma());
        }
    }

    @Test
    void a_model_has_one_likelihood_in_all_coordinates() {
        Solver solver = new LinearMultistep(4, Coordinate.EDM, Convention.EXACT);
        TimeGrid preserving = grid(VP, 0.05, 40, 60, 1);
        TimeGrid exploding = grid((double s) -> new NoiseLevel(s, 1, s), 0.05, 40, 60, 1);
        TimeGrid flow = grid(new Flow(1), 0.05, 40, 60, 1);
        double[] expected = inData(solver, preserving, Parameterization.epsilon());
        assertArrayEquals(expected, inData(solver, exploding, new Scaled()), 1e-9);
        assertArrayEquals(expected, inData(solver, exploding, Parameterization.sample()), 1e-9);
        assertArrayEquals(expected, inData(solver, flow, Parameterization.flow()), 1e-9);
        assertArrayEquals(expected, inData(solver, preserving, Parameterization.velocity()), 1e-9);
    }

    /** The density of x / alpha, which is the same model's on every path. */
    private static double[] inData(Solver solver, TimeGrid grid, Parameterization parameterization) {
        double alpha = grid.from(0).alpha();
        double[] x = DATA.values();
        for (int i = 0; i < x.length; i++) {
            x[i] *= alpha;
        }
        double[] log = new FlowLikelihood(solver, grid, parameterization)
                .of(HostArrays.HEAP, new GaussianNetwork(parameterization, 0.3, VARIANCES), array(x, 2, 3), Probes.exact(), Prior.standard()).logDensity();
        return java.util.Arrays.stream(log).map(p -> p + 3 * Math.log(alpha)).toArray();
    }

    @Test
    void signs_find_the_trace_of_a_diagonal_exactly_and_a_sample_does_not_know_its_neighbours() {
        GaussianNetwork network = new GaussianNetwork(Parameterization.epsilon(), 0.3, VARIANCES);
        FlowLikelihood likelihood = new FlowLikelihood(new Heun(Coordinate.EDM), grid(VP, 0.01, 40, 30, 1), Parameterization.epsilon());
        Probes signs = Probes.rademacher(CounterNoise.of(7));
        double[] exact = likelihood.of(HostArrays.HEAP, network, DATA, Probes.exact(), Prior.standard()).logDensity();
        assertArrayEquals(exact, likelihood.of(HostArrays.HEAP, network, DATA, signs, Prior.standard()).logDensity(), 1e-12);
        Probes normal = Probes.gaussian(CounterNoise.of(7));
        double[] both = likelihood.of(HostArrays.HEAP, network, DATA, normal, Prior.standard()).logDensity();
        assertEquals(both[0], likelihood.of(HostArrays.HEAP, network, DATA.row(0), normal, Prior.standard()).logDensity()[0]);
        assertTrue(Math.abs(both[0] - exact[0]) > 1e-3, "one normal direction is an estimate");
    }

    private record Affine(double[] matrix, int dimensions) implements VectorJacobian<HostArray> {

        @Override
        public Evaluated<HostArray> evaluate(io.github.diffusion4j.core.plan.ModelInput<HostArray> input, HostArray direction) {
            double[] e = direction.values();
            double[] product = new double[e.length];
            for (int k = 0; k < e.length; k++) {
                int row = k / dimensions * dimensions;
                for (int i = 0; i < dimensions; i++) {
                    product[k] += matrix[i * dimensions + k % dimensions] * e[row + i];
                }
            }
            return new Evaluated<>(input.sample(), array(product, direction.shape()));
        }
    }

    /** Every vector of signs as a sample of its own. */
    @Property(tries = 50, seed = "42")
    void signs_have_the_trace_as_their_mean_and_the_least_variance(@ForAll @Size(9) List<@DoubleRange(min = -2, max = 2) Double> numbers) {
        double[] matrix = numbers.stream().mapToDouble(x -> x).toArray();
        double[] signs = IntStream.range(0, 24).mapToDouble(i -> (i / 3 >> i % 3 & 1) == 0 ? -1 : 1).toArray();
        HostArray all = array(signs, 8, 3);
        double[] found = new Affine(matrix, 3).traced(new GivenInput<>(HostArrays.HEAP, all, 0, NoiseLevel.clean(0)),
                Probes.rademacher((request, out) -> out.assign(all))).trace();
        double trace = matrix[0] + matrix[4] + matrix[8];
        double variance = square(matrix[1] + matrix[3]) + square(matrix[2] + matrix[6]) + square(matrix[5] + matrix[7]);
        assertEquals(trace, java.util.Arrays.stream(found).average().orElseThrow(), 1e-12);
        assertEquals(variance, java.util.Arrays.stream(found).map(x -> square(x - trace)).average().orElseThrow(), 1e-11);
        assertEquals(trace, new Affine(matrix, 3).traced(new GivenInput<>(HostArrays.HEAP, all, 0, NoiseLevel.clean(0)), Probes.exact()).trace()[3], 1e-12);
    }

    /** Every deterministic solver of the catalog measures: by Gaussian data. */
    @Property(tries = 3, seed = "42")
    void every_deterministic_solver_measures(@ForAll @IntRange(min = 40, max = 60) int steps) {
        TimeGrid grid = geometric(0.05, 40, steps);
        int measured = 0;
        for (SolverCatalog.Entry entry : SolverCatalog.all()) {
            Solver solver = entry.of(steps);
            Plan plan;
            try {
                plan = Plan.of(solver, grid, Parameterization.epsilon(), DataCorrection.NONE);
            } catch (IllegalArgumentException e) {
                continue;
            }
            if (!plan.stochastic() && !solver.traits().stochastic()) {
                double[] error = error(solver, grid, Parameterization.epsilon());
                assertArrayEquals(new double[2], error, 0.15, entry.toString());
                measured++;
            }
        }
        assertTrue(measured > 15, "measured " + measured);
    }

    @Test
    void bits_add_the_width_of_the_data() {
        FlowLikelihood.Result<HostArray> result = new FlowLikelihood.Result<>(new double[] {-4 * Math.log(2)}, new double[1], 4, DATA);
        assertEquals(1, result.bitsPerDimension(1)[0], 1e-15);
        assertEquals(8, result.bitsPerDimension(2.0 / 256)[0], 1e-15);
        assertEquals(9, result.bitsPerDimension(1.0 / 256)[0], 1e-15);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> result.bitsPerDimension(0)).getMessage().contains("got 0.0"));
    }

    @Test
    void what_has_no_likelihood_is_refused() {
        TimeGrid up = grid(VP, 0.01, 40, 10, 1);
        Solver heun = new Heun(Coordinate.EDM);
        refused("grid.reversed()", () -> new FlowLikelihood(heun, up.reversed(), Parameterization.epsilon()));
        refused("adds noise", () -> new FlowLikelihood(new FirstOrder(new RectifiedAncestral(1), true), up, Parameterization.epsilon()));
        refused("without gaps", () -> new FlowLikelihood(heun, new TimeGrid(List.of(up.from(0), up.from(3)), List.of(up.to(0), up.to(3))), Parameterization.epsilon()));
        refused("direction", () -> new Probes.Random(CounterNoise.of(1), true, 0));
        refused("variance", () -> Prior.ofData(0, -1));
        VectorJacobian<HostArray> flat = (input, direction) -> new VectorJacobian.Evaluated<>(array(new double[6], 6), direction);
        refused("[6]", () -> new FlowLikelihood(heun, up, Parameterization.epsilon()).of(HostArrays.HEAP, flat, DATA, Probes.exact(), Prior.noise()));
        refused("consistency", () -> new FlowLikelihood(heun, up, new Boundary()));
    }

    private static final class Boundary implements Parameterization {

        private static final long serialVersionUID = 1;

        @Override
        public Weights target(NoiseLevel level) {
            return new Weights(0, 1);
        }

        @Override
        public Weights boundary(NoiseLevel level) {
            return new Weights(0.5, 0.5);
        }
    }

    private static void refused(String because, org.junit.jupiter.api.function.Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(because), message);
    }

    @Test
    void a_run_towards_the_data_is_reversed() {
        Plan plan = Plan.of(new Heun(Coordinate.EDM), grid(VP, 0.01, 40, 10, 1).reversed(), Parameterization.epsilon(), DataCorrection.clip(1));
        assertEquals(new FlowLikelihood(plan.solver(), grid(VP, 0.01, 40, 10, 1), Parameterization.epsilon()), FlowLikelihood.reversing(plan, Parameterization.epsilon()));
    }

    private static double square(double x) {
        return x * x;
    }
}
