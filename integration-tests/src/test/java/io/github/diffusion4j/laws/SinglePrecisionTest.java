package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.PlanDescription;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums of floats take as many roundings as they may: each step is as near to its exact value as is said, and only sums whose terms cancel are kept in pairs. */
class SinglePrecisionTest {

    private static final long[] SHAPE = {1, 2, 24, 24};
    /** Of the size of the result: 2^-20 for a chain, and the roundings of the arrays that it reads and writes. */
    private static final double ALLOWED = 0x1p-19;

    private static Stream<Arguments> runs() {
        return DiffusersConfig.classNames().stream().filter(name -> !name.equals("SCMScheduler") && !name.equals("ConsistencyDecoderScheduler")).sorted()
                .flatMap(name -> IntStream.of(5, 20, 40).mapToObj(steps -> Arguments.of(name, steps)));
    }

    private static HostArray wide(HostArray floats) {
        HostArray doubles = HostArrays.HEAP.make(ElementType.DOUBLE, floats.shape());
        doubles.assign(floats);
        return doubles;
    }

    private static SamplerState<HostArray> wide(SamplerState<HostArray> state) {
        HostArray sample = wide(state.sample());
        HostArray anchor = state.anchor() == state.sample() ? sample : wide(state.anchor());
        return new SamplerState<>(HostArrays.HEAP, state.index(), sample, anchor, state.predictions().stream().map(SinglePrecisionTest::wide).toList(), state.plan());
    }

    private static double size(double... values) {
        return Math.sqrt(IntStream.range(0, values.length).mapToDouble(i -> values[i] * values[i]).sum() / values.length);
    }

    /** What the network says that knows the data: {@code p x0 + q eps} with the noise that the sample shows. */
    private static HostArray network(Parameterization parameterization, NoiseLevel level, HostArray sample, HostArray data) {
        Parameterization.Weights target = parameterization.target(level);
        double[] x = sample.values();
        double[] x0 = data.values();
        HostArray output = HostArrays.HEAP.make(ElementType.FLOAT, SHAPE);
        output.fill(IntStream.range(0, x.length).mapToDouble(k -> target.first() * x0[k] + target.second() * (level.sigma() == 0 ? 0 : (x[k] - level.alpha() * x0[k]) / level.sigma())).toArray());
        return output;
    }

    /** One step in float from a state against the same step in double: the error of the step alone, in units of the size of what it writes. */
    @ParameterizedTest
    @MethodSource("runs")
    void a_step_in_floats_is_near_the_step_in_doubles(String name, int steps) {
        DiffusersScheduler scheduler = DiffusersConfig.of(name).scheduler();
        Plan plan = scheduler.plan(steps);
        Runs<HostArray> runs = plan.on(HostArrays.HEAP);
        HostArray noise = HostArrays.HEAP.make(ElementType.FLOAT, SHAPE);
        CounterNoise.of(1).fill(NoiseRequest.start(), noise);
        HostArray data = HostArrays.HEAP.make(ElementType.FLOAT, SHAPE);
        CounterNoise.of(2).fill(NoiseRequest.start(), data);
        SamplerState<HostArray> state = runs.start(noise, CounterNoise.of(5));
        for (int i = 0; i < plan.evaluations(); i++) {
            HostArray output = network(scheduler.parameterization(), plan.level(i), state.sample(), data);
            SamplerState<HostArray> next = runs.step(i, output, state, CounterNoise.of(5));
            double[] exact = runs.step(i, wide(output), wide(state), CounterNoise.of(5)).sample().values();
            double[] actual = next.sample().values();
            double error = size(IntStream.range(0, exact.length).mapToDouble(k -> actual[k] - exact[k]).toArray());
            assertTrue(error <= ALLOWED * size(exact), name + ", " + steps + " steps, evaluation " + i + ": " + error / size(exact) + " of the sample");
            state = next;
        }
    }

    /** What people use most is never kept in pairs; sums of high order are. */
    @Test
    void common_steps_are_chains() {
        for (String name : List.of("FlowMatchEulerDiscreteScheduler", "DDIMScheduler", "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler")) {
            for (PlanDescription.Row row : DiffusersConfig.of(name).scheduler().plan(30).describe().rows()) {
                assertEquals(List.of(), row.paired().stream().filter("next"::equals).toList(), name + " " + row);
            }
        }
        for (String name : List.of("IPNDMScheduler", "PNDMScheduler", "LMSDiscreteScheduler")) {
            assertTrue(DiffusersConfig.of(name).scheduler().plan(20).describe().rows().stream().anyMatch(row -> row.paired().contains("next")), name);
        }
    }
}
