package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.solvers.HeunPlusPlus;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One model is one trajectory: whatever its network outputs, whatever path its levels lie on, and back again. */
class IdentitiesTest {

    private static final TestData DATA = MixtureData.TWO_PEAKS;
    private static final int STEPS = 9;

    static Stream<SolverCatalog.Entry> solvers() {
        return SolverCatalog.all().stream();
    }

    static Stream<SolverCatalog.Entry> deterministic() {
        return SolverCatalog.all().stream().filter(entry -> !entry.of(STEPS).traits().stochastic());
    }

    static Stream<SolverCatalog.Entry> invertible() {
        return deterministic().filter(entry -> !entry.name().equals("Heun++"));
    }

    private static TimeGrid grid(NoiseSchedule schedule) {
        List<NoiseLevel> levels = IntStream.rangeClosed(0, STEPS).mapToObj(i -> schedule.atEdmSigma(Math.exp(2 - 4.0 * i / STEPS))).toList();
        return TimeGrid.contiguous(levels.subList(0, STEPS), levels.get(STEPS)).withCurve(schedule);
    }

    /** A run with a network of some parameterization, made from the best estimate of the data. */
    private static double[] run(SolverCatalog.Entry entry, TimeGrid grid, Parameterization parameterization, double... start) {
        Plan plan = Plan.of(entry.of(STEPS), grid, parameterization, DataCorrection.NONE);
        CounterNoise noise = CounterNoise.of(8);
        SamplerState<INDArray> state = plan.startFrom(Trajectory.array(start), noise);
        for (int i = 0; i < plan.evaluations(); i++) {
            ModelInput<INDArray> input = plan.input(i, state);
            double[] output = Arrays.stream(input.sample().data().asDouble()).map(x -> {
                double data = DATA.estimate(input.level(), x);
                Parameterization.Weights target = parameterization.target(input.level());
                return target.first() * data + target.second() * (x - input.level().alpha() * data) / input.level().sigma();
            }).toArray();
            state = plan.step(i, Trajectory.array(output), state, noise);
        }
        return state.sample().data().asDouble();
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void the_networks_output_does_not_matter(SolverCatalog.Entry entry) {
        TimeGrid grid = grid(OrderOfConvergence.SCHEDULE);
        double[] expected = run(entry, grid, Parameterization.sample(), -1.1, 0.4, 1.9);
        for (Parameterization parameterization : List.of(Parameterization.epsilon(), Parameterization.velocity(), Parameterization.flow())) {
            assertArrayEquals(expected, run(entry, grid, parameterization, -1.1, 0.4, 1.9), 1e-9, entry + ", " + parameterization);
        }
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void the_path_of_the_levels_does_not_matter(SolverCatalog.Entry entry) {
        double[] points = {-3, 0.5, 4};
        double[][] ends = Stream.of(new EdmSchedule(1e-3, 100), OrderOfConvergence.SCHEDULE, new Flow(1000)).map(schedule -> {
            TimeGrid grid = grid(schedule);
            double first = grid.from(0).alpha();
            double last = grid.to(STEPS - 1).alpha();
            return Arrays.stream(run(entry, grid, Parameterization.sample(), Arrays.stream(points).map(x -> first * x).toArray())).map(x -> x / last).toArray();
        }).toArray(double[][]::new);
        assertArrayEquals(ends[0], ends[1], 1e-8, entry + ", variance preserving");
        assertArrayEquals(ends[0], ends[2], 1e-8, entry + ", flow");
    }

    @Test
    void heun_plus_plus_refuses_to_go_back() {
        Plan plan = Trajectory.plan(new HeunPlusPlus(Coordinate.EDM, 0), OrderOfConvergence.grid(8));
        assertTrue(assertThrows(IllegalArgumentException.class, plan::reversed).getMessage().contains("take Heun"));
    }

    @ParameterizedTest
    @MethodSource("invertible")
    void there_and_back_again(SolverCatalog.Entry entry) {
        double[] errors = IntStream.of(80, 160, 320).mapToDouble(steps -> {
            Plan plan = Trajectory.plan(entry.of(steps), OrderOfConvergence.grid(steps));
            double[] start = {-1.1, 0.4, 1.9};
            Trajectory.Network network = Trajectory.Network.of(new GaussianData(0.7, 0.6));
            double[] end = Trajectory.run(plan, network, start, CounterNoise.of(1));
            double[] back = Trajectory.run(plan.reversed(), network, end, CounterNoise.of(1));
            return IntStream.range(0, 3).mapToDouble(i -> Math.abs(back[i] - start[i])).max().orElseThrow();
        }).toArray();
        int order = Math.min(2, entry.of(STEPS).traits().order());
        double slope = Math.log(errors[1] / errors[2]) / Math.log(2);
        assertTrue(slope > order - 0.25 || errors[2] < 1e-9, () -> entry + " comes back with the errors " + Arrays.toString(errors) + ", order " + slope);
    }
}
