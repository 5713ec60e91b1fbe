package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code scheduler.addNoise(x0, noise, t)} takes what {@code in.timestep()} hands out, in every class. */
class ForwardProcessTest {

    /** Tells the network the time that a step ends at (inversion), or times of a stage of its own. */
    private static final Set<String> TELLS_ANOTHER_LEVEL = Set.of("DDIMInverseScheduler");

    static List<String> classes() {
        return List.copyOf(DiffusersConfig.classNames());
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of(classes());
    }

    private static int steps(String name, int wanted) {
        return Map.of("ConsistencyDecoderScheduler", 2).getOrDefault(name, wanted);
    }

    /** What is added to 0 by noise of 1, and kept of 1 by noise of 0. */
    private static double[] mixture(DiffusersScheduler scheduler, double timestep) {
        INDArray ones = Nd4j.ones(DataType.DOUBLE, 1, 2);
        INDArray zeros = Nd4j.zeros(DataType.DOUBLE, 1, 2);
        return new double[] {scheduler.addNoise(ones, zeros, timestep).getDouble(0), scheduler.addNoise(zeros, ones, timestep).getDouble(0)};
    }

    @Property(tries = 1500, seed = "42")
    void one_call_is_right_for_every_class(@ForAll("names") String name, @ForAll @IntRange(min = 2, max = 30) int steps) {
        if (TELLS_ANOTHER_LEVEL.contains(name)) {
            return;
        }
        DiffusersScheduler scheduler = DiffusersConfig.of(name).scheduler();
        Plan plan = scheduler.plan(steps(name, steps));
        for (int i = 0; i < plan.evaluations(); i++) {
            NoiseLevel level = plan.level(i);
            double[] mixture = mixture(scheduler, plan.timestep(i));
            // Sigmas between timesteps are interpolated linearly in sigma, their times in ln sigma, as in Diffusers; midpoints of DPM2 lie there.
            double tolerance = name.startsWith("KDPM2") || name.equals("DPMSolverSDEScheduler") ? 0.01 : 2e-8;
            int evaluation = i;
            assertEquals(level.alpha(), mixture[0], tolerance, () -> name + " at " + plan.timestep(evaluation));
            assertEquals(level.sigma(), mixture[1], tolerance * Math.max(1, level.sigma()), () -> name + " at " + plan.timestep(evaluation));
        }
    }

    /** With the run, at the levels of the run, also where their times were rounded to timesteps. */
    @ParameterizedTest
    @MethodSource("classes")
    void with_a_run_at_its_levels(String name) {
        DiffusersConfig config = DiffusersConfig.of(name);
        DiffusersScheduler scheduler = (config.has("use_karras_sigmas") ? config.with("use_karras_sigmas", true) : config).scheduler();
        Plan plan = scheduler.plan(steps(name, 9));
        INDArray ones = Nd4j.ones(DataType.DOUBLE, 1, 2);
        INDArray zeros = Nd4j.zeros(DataType.DOUBLE, 1, 2);
        for (int step = 0; step < plan.steps(); step++) {
            int i = plan.evaluationOf(step);
            double sigma = scheduler.addNoise(plan, zeros, ones, plan.timestep(i)).getDouble(0);
            if (!TELLS_ANOTHER_LEVEL.contains(name)) {
                assertEquals(plan.level(i).sigma(), sigma, name.equals("SASolverScheduler") ? 0.02 : 1e-9 * Math.max(1, plan.level(i).sigma()), name + " in step " + step);
            }
        }
    }

    @Test
    void the_examples_that_were_wrong() {
        DiffusersScheduler edm = DiffusersConfig.of("EDMEulerScheduler").scheduler();
        double first = edm.plan(20).timestep(0);
        assertEquals(1.0955, first, 1e-4);
        assertEquals(80, mixture(edm, first)[1], 1e-9);
        DiffusersScheduler score = DiffusersConfig.of("ScoreSdeVeScheduler").scheduler();
        Plan plan = score.plan(10);
        assertEquals(1348, plan.timestep(0), 1e-9, "its network is told sigma");
        INDArray zeros = Nd4j.zeros(DataType.DOUBLE, 1, 2);
        assertEquals(1348, score.addNoise(plan, zeros, Nd4j.ones(DataType.DOUBLE, 1, 2), plan.timestep(0)).getDouble(0), 1e-9);
        assertTrue(plan.level(0).time() == 1, "the time of its schedule is still there");
    }
}
