package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.TorchNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.random.SeedSequence;
import io.github.diffusion4j.core.random.TorchGenerator;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.RePaintMoves;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.names.Names;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.ComfySchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.PublishedSigmas;
import io.github.diffusion4j.schedules.Sigmas;
import io.github.diffusion4j.schedules.Timesteps;
import io.github.diffusion4j.schedules.TrainedSigmas;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Values do not change: collections that are handed out cannot be written to, and every array that is handed out is the caller's own. Fields are ArchitectureTest's. */
class ImmutabilityTest {

    private static Stream<Object> values() {
        DiscreteSchedule schedule = BetaSchedule.LINEAR.schedule(20);
        Plan plan = ComposedScheduler.of(schedule, DpmSolverMultistep.sde(2)).plan(5);
        SamplerState<INDArray> state = plan.startFrom(Trajectory.array(1, 2));
        Stream<Object> parts = Stream.of(schedule, schedule.withZeroTerminalSnr(), new Flow(1000), new EdmSchedule(0.1, 10), NoiseLevel.clean(0), Parameterization.epsilon(),
                DataCorrection.clip(1), Timesteps.trailing(), Sigmas.explicit(3, 1), plan, plan.grid(), state, CounterNoise.ofSeeds(1, 2), TorchNoise.of(1).drawnAt(0, 2),
                new SeedSequence(1, List.of(1L, 2L), 24), TorchGenerator.seeded(1), TrainedSigmas.of(schedule), TrainedSigmas.flux(1), ComfySchedule.BETA,
                PublishedSigmas.gits(1.2), Names.comfy("euler", "karras"), RePaintMoves.of(6, 2, 2), Run.steps(3), MixtureData.TWO_PEAKS);
        Stream<Object> solvers = SolverCatalog.all().stream().map(entry -> entry.of(6));
        Stream<Object> schedulers = DiffusersConfig.classNames().stream().flatMap(name -> Stream.of(DiffusersConfig.of(name), DiffusersConfig.of(name).scheduler()));
        return Stream.of(parts, solvers, schedulers).flatMap(stream -> stream);
    }

    @TestFactory
    Stream<DynamicTest> what_is_handed_out_is_the_callers_own() {
        return values().map(value -> DynamicTest.dynamicTest(value.getClass().getName(), () -> {
            for (Method method : value.getClass().getMethods()) {
                boolean getter = method.getParameterCount() == 0 && !Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getDeclaringClass().getModifiers());
                if (getter && method.getReturnType().isArray()) {
                    Object first = method.invoke(value);
                    Object second = method.invoke(value);
                    assertTrue(Array.getLength(first) == 0 || first != second, () -> method + " hands out its own array");
                } else if (getter && Collection.class.isAssignableFrom(method.getReturnType())) {
                    assertThrows(UnsupportedOperationException.class, ((Collection<?>) method.invoke(value))::clear, method::toString);
                } else if (getter && Map.class.isAssignableFrom(method.getReturnType())) {
                    assertThrows(UnsupportedOperationException.class, ((Map<?, ?>) method.invoke(value))::clear, method::toString);
                }
            }
        }));
    }

    @Test
    void what_is_handed_in_is_copied() throws InvocationTargetException {
        double[] betas = {0.1, 0.2, 0.3};
        DiscreteSchedule schedule = DiscreteSchedule.ofBetas(betas);
        betas[1] = 0.9;
        assertEquals(0.2, schedule.betas()[1]);
        double[] timesteps = {900, 100};
        Run run = Run.timesteps(timesteps);
        timesteps[0] = 1;
        assertEquals(Run.timesteps(900, 100), run);
        assertNotSame(schedule.betas(), schedule.betas());
    }
}
