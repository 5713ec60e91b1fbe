package io.github.diffusion4j.core.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PlanTest {

    static Stream<Solver> deterministic() {
        return Stream.of(new TestSolvers.Euler(), new TestSolvers.Heun(), new TestSolvers.Multistep());
    }

    static Stream<Solver> all() {
        return Stream.concat(deterministic(), Stream.of(new TestSolvers.Churn(0.1)));
    }

    private static Plan plan(Solver solver, int steps, boolean toClean) {
        return Plan.of(solver, GaussianOracle.grid(steps, toClean), Parameterization.epsilon(), DataCorrection.NONE);
    }

    private static INDArray start() {
        return CounterNoise.of(1).draw(NoiseRequest.start(), DataType.DOUBLE, 2, 3);
    }

    private static double[] values(INDArray array) {
        return array.dup('c').data().asDouble();
    }

    @ParameterizedTest
    @MethodSource("deterministic")
    void solvers_converge_at_their_order(Solver solver) {
        double[] errors = new double[2];
        for (int k = 0; k < 2; k++) {
            Plan plan = plan(solver, 128 << k, false);
            INDArray x = Nd4j.createFromArray(new double[][] {{1.3}});
            TimeGrid grid = plan.grid();
            double exact = GaussianOracle.flow(grid.from(0), grid.to(grid.steps() - 1), 1.3);
            errors[k] = Math.abs(GaussianOracle.run(plan, x, NoiseSource.none()).getDouble(0) - exact);
        }
        double order = Math.log(errors[0] / errors[1]) / Math.log(2);
        assertEquals(solver.traits().order(), order, 0.15, "measured order");
    }

    @ParameterizedTest
    @MethodSource("deterministic")
    void the_true_noise_keeps_a_run_on_its_line(Solver solver) {
        Plan plan = plan(solver, 9, true);
        double data = 0.4;
        double eps = -1.1;
        NoiseLevel first = plan.level(0);
        SamplerState<INDArray> state = plan.startFrom(Nd4j.createFromArray(new double[][] {{first.alpha() * data + first.sigma() * eps}}));
        for (int i = 0; i < plan.evaluations(); i++) {
            state = plan.step(i, Nd4j.createFromArray(new double[][] {{eps}}), state, NoiseSource.none());
        }
        assertEquals(data, state.sample().getDouble(0), 1e-12);
    }

    @ParameterizedTest
    @MethodSource("all")
    void a_run_written_out_and_read_back_continues_bit_for_bit(Solver solver) throws Exception {
        Plan plan = plan(solver, 6, true);
        NoiseSource noise = CounterNoise.of(4);
        double[] whole = values(GaussianOracle.run(plan, start(), noise));
        SamplerState<INDArray> state = plan.startFrom(start(), noise);
        for (int i = 0; i < plan.evaluations(); i++) {
            Plan copy = copy(plan);
            state = copy(state);
            state = copy.step(i, GaussianOracle.epsilon(copy.input(i, state)), state, copy(noise));
        }
        assertArrayEquals(whole, values(state.sample()));
    }

    @ParameterizedTest
    @MethodSource("all")
    void a_step_is_pure(Solver solver) {
        Plan plan = plan(solver, 5, true);
        NoiseSource noise = CounterNoise.of(4);
        INDArray begin = start();
        SamplerState<INDArray> state = plan.startFrom(begin, noise);
        assertArrayEquals(values(start()), values(begin));
        for (int i = 0; i < plan.evaluations(); i++) {
            double[] sample = values(state.sample());
            INDArray output = GaussianOracle.epsilon(plan.input(i, state));
            double[] out = values(output);
            SamplerState<INDArray> once = plan.step(i, output, state, noise);
            SamplerState<INDArray> again = plan.step(i, output, state, noise);
            assertArrayEquals(values(once.sample()), values(again.sample()));
            assertArrayEquals(sample, values(state.sample()), "the state's sample was changed");
            assertArrayEquals(out, values(output), "the network output was changed");
            state = once;
        }
    }

    @Test
    void a_correction_never_changes_the_caller_s_arrays() {
        Plan plan = Plan.of(new TestSolvers.Euler(), GaussianOracle.grid(3, true), Parameterization.sample(), DataCorrection.clip(0.1));
        SamplerState<INDArray> state = plan.startFrom(start());
        INDArray output = start();
        SamplerState<INDArray> next = plan.step(0, output, state, NoiseSource.none());
        plan.denoised(0, output, state);
        assertArrayEquals(values(start()), values(output));
        assertArrayEquals(values(start()), values(state.sample()));
        assertNotEquals(0, next.sample().getDouble(0));
    }

    @Test
    void states_hold_only_what_later_steps_read() {
        Plan euler = plan(new TestSolvers.Euler(), 4, true);
        SamplerState<INDArray> state = euler.step(0, start(), euler.startFrom(start()), NoiseSource.none());
        assertEquals(0, state.predictions().size());
        assertTrue(state.anchor() == state.sample());
        Plan multistep = plan(new TestSolvers.Multistep(), 3, true);
        state = multistep.startFrom(start());
        for (int i = 0; i < 3; i++) {
            assertEquals(i == 1 ? 1 : 0, state.predictions().size(), "before evaluation " + i + ": the last step is of first order");
            state = multistep.step(i, start(), state, NoiseSource.none());
        }
    }

    @Test
    void the_network_sees_the_churned_sample() {
        Plan plan = plan(new TestSolvers.Churn(0.5), 2, true);
        SamplerState<INDArray> state = plan.step(0, start(), plan.start(start(), CounterNoise.of(2)), CounterNoise.of(2));
        Plan quiet = plan(new TestSolvers.Churn(0), 2, true);
        double[] churned = values(plan.input(1, state).sample());
        assertTrue(plan.stochastic() && !quiet.stochastic());
        assertNotEquals(churned[0], values(quiet.step(0, start(), quiet.start(start()), NoiseSource.none()).sample())[0]);
    }

    @Test
    void a_tail_of_a_plan_is_a_plan() {
        Plan plan = plan(new TestSolvers.Multistep(), 6, true);
        Plan tail = plan.from(4);
        assertEquals(2, tail.evaluations());
        assertEquals(plan.level(4), tail.level(0));
        assertThrows(IllegalArgumentException.class, () -> plan.from(6));
    }

    @Test
    void mistakes_are_told_apart() {
        Plan plan = plan(new TestSolvers.Euler(), 4, true);
        SamplerState<INDArray> state = plan.start(start());
        says("evaluation 2", () -> plan.step(2, start(), state, NoiseSource.none()));
        says("0 to 3", () -> plan.level(4));
        says("[2, 4]", () -> plan.step(0, Nd4j.ones(DataType.DOUBLE, 2, 4), state, NoiseSource.none()));
        says("FLOAT", () -> plan.step(0, Nd4j.ones(DataType.FLOAT, 2, 3), state, NoiseSource.none()));
        says("INT64", () -> plan.start(Nd4j.ones(DataType.INT64, 2, 3)));
        SamplerState<INDArray> other = new SamplerState<>(Nd4jArrays.ND4J, 2, start(), start(), List.of());
        Plan multistep = plan(new TestSolvers.Multistep(), 5, true);
        says("another plan", () -> multistep.step(2, start(), other, NoiseSource.none()));
    }

    @Test
    void a_solver_that_remembers_what_was_never_there_is_refused() {
        String message = assertThrows(IllegalArgumentException.class, () -> plan(new TestSolvers.Forward(), 4, true)).getMessage();
        assertTrue(message.contains("reads 1 predictions from before the run"), message);
    }

    @Test
    void plans_that_cannot_run_are_refused() {
        NoiseLevel pureNoise = new NoiseLevel(999, 0, 1);
        TimeGrid fromNoise = TimeGrid.contiguous(List.of(pureNoise), NoiseLevel.clean(0));
        says("zero terminal SNR", () -> Plan.of(new TestSolvers.Euler(), fromNoise, Parameterization.epsilon(), DataCorrection.NONE));
        says("zero terminal SNR", () -> Plan.of(new TestSolvers.Euler(), fromNoise, Parameterization.epsilon(), DataCorrection.clip(1)));
        Plan.of(new TestSolvers.Euler(), fromNoise, Parameterization.velocity(), DataCorrection.NONE);
        NoiseLevel same = new NoiseLevel(5, 0.6, 0.8);
        TimeGrid standing = TimeGrid.contiguous(List.of(same, same), same);
        says("levels of the grid differ", () -> Plan.of(new TestSolvers.Multistep(), standing, Parameterization.epsilon(), DataCorrection.NONE));
        says("turns around", () -> new TimeGrid(List.of(same, NoiseLevel.clean(0), same), List.of(same, same, NoiseLevel.clean(0))));
    }

    @Test
    void a_description_has_a_line_for_each_evaluation() {
        assertEquals(2 + 7, plan(new TestSolvers.Heun(), 4, true).describe().toString().lines().count());
    }

    private static void says(String part, org.junit.jupiter.api.function.Executable action) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, action);
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    @SuppressWarnings("unchecked")
    private static <T> T copy(T value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }
}
