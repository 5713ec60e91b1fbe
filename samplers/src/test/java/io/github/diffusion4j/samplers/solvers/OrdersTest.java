package io.github.diffusion4j.samplers.solvers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An order is refused when the solver is made, or its run has room for all that it remembers. */
class OrdersTest {

    private static final int HIGHEST = 16;

    static Stream<DiffusersConfig> highest() {
        return Stream.of(DiffusersConfig.of("UniPCMultistepScheduler").with("solver_order", HIGHEST),
                DiffusersConfig.of("SASolverScheduler").with("predictor_order", HIGHEST).with("corrector_order", HIGHEST));
    }

    @ParameterizedTest
    @MethodSource("highest")
    void the_highest_order_runs_to_its_end(DiffusersConfig config) {
        run(config.scheduler().plan(HIGHEST + 8));
    }

    @Test
    void linear_multistep_of_the_highest_order_runs_to_its_end() {
        Plan plan = DiffusersConfig.of("LMSDiscreteScheduler").scheduler().composed(new LinearMultistep(HIGHEST, Coordinate.EDM, Convention.EXACT)).plan(HIGHEST + 8);
        run(plan);
    }

    private static void run(Plan plan) {
        CounterNoise noise = CounterNoise.of(1);
        INDArray output = noise.draw(NoiseRequest.forward(0), DataType.FLOAT, 1, 3);
        SamplerState<INDArray> state = plan.start(noise, ElementType.FLOAT, 1, 3);
        while (state.index() < plan.evaluations()) {
            state = plan.step(state.index(), output, state, noise);
        }
        assertEquals(plan.evaluations(), state.index());
    }

    @Test
    void higher_orders_are_refused_with_the_limit() {
        for (int order : List.of(HIGHEST + 1, 80, Integer.MAX_VALUE)) {
            String message = assertThrows(IllegalArgumentException.class, () -> new LinearMultistep(order, Coordinate.EDM, Convention.EXACT)).getMessage();
            assertTrue(message.contains(String.valueOf(HIGHEST)) && message.contains(String.valueOf(order)), message);
        }
    }
}
