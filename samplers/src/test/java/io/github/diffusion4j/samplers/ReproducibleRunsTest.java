package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.BrownianNoise;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Churn;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlusSde;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FullRenoise;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.SaSolver;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The same seed is the same picture: whatever the batch it is drawn in, its place there, and whether the run was interrupted. */
class ReproducibleRunsTest {

    private static final NoiseSchedule SCHEDULE = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);
    private static final int STEPS = 8;

    static Stream<Arguments> runs() {
        List<Solver> solvers = List.of(new DpmPlusPlusSde(0.5, 1, 1), new SaSolver(2, 2, SaSolver.Tau.constant(1), Prediction.DATA, false, Convention.EXACT),
                new FirstOrder(new Ancestral(1), true), new FirstOrder(FullRenoise.STANDARD, true), DpmSolverMultistep.sde(2), new Churn(new Heun(Coordinate.EDM), 0.4, 0, 5, 1));
        List<Function<CounterNoise, NoiseSource>> sources = List.of(keys -> keys, BrownianNoise::of);
        return solvers.stream().flatMap(solver -> sources.stream().map(source -> Arguments.of(ComposedScheduler.of(SCHEDULE, solver).plan(STEPS), source)));
    }

    private static INDArray model(INDArray sample) {
        return Transforms.tanh(sample, true);
    }

    private static float[] run(Plan plan, NoiseSource noise, int rows) {
        return Sampling.run(plan, in -> model(in.sample()), plan.start(noise, ElementType.FLOAT, rows, 3, 5), noise, Sampling.Listener.none()).data().asFloat();
    }

    private static float[] rows(float[] batch, int... rows) {
        float[] picked = new float[rows.length * 15];
        for (int k = 0; k < rows.length; k++) {
            System.arraycopy(batch, rows[k] * 15, picked, k * 15, 15);
        }
        return picked;
    }

    @ParameterizedTest
    @MethodSource("runs")
    void whatever_the_batch(Plan plan, Function<CounterNoise, NoiseSource> source) {
        CounterNoise keys = CounterNoise.of(42);
        float[] eight = run(plan, source.apply(keys), 8);
        for (int size : new int[] {1, 2, 4}) {
            assertArrayEquals(rows(eight, IntStream.range(0, size).toArray()), run(plan, source.apply(keys), size));
        }
        assertArrayEquals(rows(eight, 6, 1, 3), run(plan, source.apply(keys.forSamples(6, 1, 3)), 3));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void whatever_interrupted_it(Plan plan, Function<CounterNoise, NoiseSource> source) {
        NoiseSource noise = source.apply(CounterNoise.of(42));
        float[] whole = run(plan, noise, 2);
        for (int cut = 1; cut < plan.evaluations(); cut++) {
            SamplerState<INDArray> state = plan.start(noise, ElementType.FLOAT, 2, 3, 5);
            for (int i = 0; i < cut; i++) {
                state = plan.step(i, model(plan.input(i, state).sample()), state, noise);
            }
            NoiseSource again = source.apply(CounterNoise.of(42));
            assertArrayEquals(whole, Sampling.run(plan, in -> model(in.sample()), state, again, Sampling.Listener.none()).data().asFloat());
        }
    }
}
