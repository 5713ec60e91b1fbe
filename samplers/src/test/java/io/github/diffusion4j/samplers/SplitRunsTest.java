package io.github.diffusion4j.samplers;

import static io.github.diffusion4j.samplers.TestArrays.normal;
import static io.github.diffusion4j.samplers.TestArrays.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.LevelCurve;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Strength;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.schedules.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs that are cut at a boundary, taken in other numbers of steps and joined again. */
class SplitRunsTest {

    private static Plan flow(int steps) {
        return DiffusersConfig.of("FlowMatchEulerDiscreteScheduler").with("shift", 5.0).scheduler().plan(steps);
    }

    private static List<NoiseLevel> levels(Plan plan) {
        TimeGrid grid = plan.grid();
        List<NoiseLevel> levels = new ArrayList<>(grid.starts().subList(grid.first(), grid.last()));
        levels.add(grid.to(grid.last() - 1));
        return levels;
    }

    private static double u(NoiseLevel level) {
        return level.sigma() / (level.alpha() + level.sigma());
    }

    static List<String> classes() {
        return DiffusersConfig.classNames().stream().filter(name -> !name.equals("ConsistencyDecoderScheduler") && !name.equals("SCMScheduler")).sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("classes")
    void in_as_many_steps_a_run_is_the_same_or_its_steps_do_not_meet(String name) {
        Plan plan = DiffusersConfig.of(name).scheduler().plan(8);
        TimeGrid grid = plan.grid();
        boolean contiguous = IntStream.range(0, plan.steps() - 1).allMatch(i -> grid.to(i).equals(grid.from(i + 1)));
        if (contiguous) {
            assertEquals(plan.fingerprint(), plan.withSteps(plan.steps()).fingerprint());
            Plan middle = plan.slice(2, plan.steps() - 1);
            assertEquals(middle.fingerprint(), middle.withSteps(middle.steps()).fingerprint());
            assertEquals(middle.grid(), middle.withSteps(middle.steps()).grid());
        } else {
            String refusal = assertThrows(IllegalArgumentException.class, () -> plan.withSteps(plan.steps())).getMessage();
            assertTrue(refusal.contains("ends at") && refusal.contains("starts at"), refusal);
        }
    }

    @Property(tries = 200, seed = "42")
    void other_numbers_of_steps_keep_the_ends_and_the_levels_that_a_fraction_hits(@ForAll @IntRange(min = 1, max = 12) int steps, @ForAll @IntRange(min = 1, max = 40) int count) {
        Plan plan = flow(steps);
        Plan other = plan.withSteps(count);
        List<NoiseLevel> own = levels(plan);
        List<NoiseLevel> renewed = levels(other);
        assertEquals(count, other.steps());
        assertEquals(own.get(0), renewed.get(0));
        assertEquals(own.get(steps), renewed.get(count));
        for (int i = 0; i <= count; i++) {
            int index = i * steps / count;
            if (i * steps % count == 0) {
                assertEquals(own.get(index), renewed.get(i));
            } else {
                double fraction = (double) i * steps / count - index;
                assertEquals(u(own.get(index)) * (1 - fraction) + u(own.get(index + 1)) * fraction, u(renewed.get(i)), 1e-12);
                assertEquals(1000 * u(renewed.get(i)), renewed.get(i).time(), 1e-9);
            }
        }
    }

    /** Between the lowest level of a table and clean data there is none that a network was trained on. */
    @Test
    void a_level_that_the_curve_does_not_have_is_refused() {
        Plan plan = DiffusersConfig.of("DPMSolverMultistepScheduler").scheduler().plan(10);
        IntStream.rangeClosed(1, 40).forEach(count -> assertEquals(count, plan.withSteps(count).steps()));
        String refusal = assertThrows(IllegalArgumentException.class, () -> plan.withSteps(1000)).getMessage();
        assertTrue(refusal.contains("cannot be taken in 1000 steps") && refusal.contains("outside the schedule's range"), refusal);
        Plan noCurve = ComposedScheduler.of(new Flow(1000), new Heun(Coordinate.FLOW)).withParameterization(Parameterization.flow()).withEnd(new Flow(1000).at(100)).plan(4);
        Plan without = Plan.of(noCurve.solver(), noCurve.grid().withCurve(LevelCurve.NONE), Parameterization.flow(), DataCorrection.NONE);
        assertEquals(2, without.withSteps(2).steps());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> without.withSteps(3)).getMessage().contains("withCurve"));
    }

    @Property(tries = 100, seed = "42")
    void cut_and_joined_a_run_is_the_same(@ForAll @IntRange(min = 2, max = 20) int steps, @ForAll @DoubleRange(min = 0.05, max = 0.95) double boundary) {
        for (String name : List.of("FlowMatchEulerDiscreteScheduler", "DPMSolverMultistepScheduler", "UniPCMultistepScheduler", "HeunDiscreteScheduler", "DDIMScheduler")) {
            Plan plan = DiffusersConfig.of(name).scheduler().plan(steps);
            double highest = plan.level(0).edmSigma();
            double lowest = plan.grid().from(plan.grid().last() - 1).edmSigma();
            double edmSigma = Double.isInfinite(highest) ? boundary / (1 - boundary) : Math.exp(Math.log(lowest) + boundary * (Math.log(highest) - Math.log(lowest)));
            if (edmSigma > lowest) {
                Plan.Split split = plan.splitAtEdmSigma(edmSigma);
                assertEquals(plan.fingerprint(), split.joined().fingerprint());
                assertTrue(levels(split.high()).subList(0, split.high().steps()).stream().allMatch(level -> level.edmSigma() >= edmSigma));
                assertTrue(levels(split.low()).stream().allMatch(level -> level.edmSigma() < edmSigma));
            }
        }
    }

    /** The published boundary of Wan 2.2 in all units; a step that starts there is the first network's. */
    @Test
    void boundaries_have_units() {
        Plan plan = flow(20);
        Plan.Split split = plan.splitAtSigma(0.9);
        assertEquals(split.high().fingerprint(), plan.splitAtTime(900).high().fingerprint());
        assertEquals(split.high().fingerprint(), plan.splitAtEdmSigma(9).high().fingerprint());
        double start = plan.grid().from(6).time();
        assertEquals(7, plan.splitAtTime(start).high().steps());
        assertEquals(6, plan.splitAtTime(Math.nextUp(start)).high().steps());
        String refusal = assertThrows(IllegalArgumentException.class, () -> plan.splitAtTime(1500)).getMessage();
        assertTrue(refusal.contains("time 1500.0") && refusal.contains("from time 1000.0 to 2"), refusal);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> plan.splitAtEdmSigma(Double.NaN)).getMessage().contains("sigma / alpha"));
    }

    @Test
    void times_may_rise_while_noise_falls() {
        Plan plan = DiffusersConfig.of("MiniMaxH3Scheduler").scheduler().plan(10);
        assertTrue(plan.timestep(0) < plan.timestep(8) && plan.level(0).sigma() > plan.level(8).sigma());
        assertEquals(5, plan.splitAtTime(plan.timestep(4)).high().steps());
        assertEquals(plan.splitAtSigma(plan.level(4).sigma()).high().fingerprint(), plan.splitAtTime(plan.timestep(4)).high().fingerprint());
    }

    @Test
    void of_an_inversion_the_second_part_is_at_higher_noise() {
        Plan plan = ComposedScheduler.of(new Flow(1000), new Heun(Coordinate.FLOW)).withParameterization(Parameterization.flow()).withEnd(new Flow(1000).at(100)).plan(10).slice(1, 9)
                .reversed();
        Plan.Split split = plan.splitAtSigma(0.5);
        assertTrue(split.low().level(0).sigma() < split.high().level(0).sigma() && split.high().level(0).sigma() >= 0.5);
        assertEquals(plan.fingerprint(), split.joined().fingerprint());
        assertEquals(6, split.withSteps(2, 4).joined().steps());
    }

    @Test
    void parts_in_other_numbers_of_steps_meet_at_the_same_level() {
        Plan plan = flow(12);
        Plan.Split split = plan.splitAtSigma(0.8);
        Plan.Split other = split.withSteps(3, 5);
        assertEquals(3, other.high().steps());
        assertEquals(5, other.low().steps());
        assertEquals(8, other.joined().steps());
        assertEquals(split.low().level(0), other.low().level(0));
        assertEquals(split.low().level(0), other.high().levelAfter(2));
        List<NoiseLevel> whole = levels(other.joined());
        assertEquals(whole.subList(0, 4), levels(other.high()));
        assertEquals(whole.subList(3, 9), levels(other.low()));
        assertThrows(IllegalArgumentException.class, () -> other.low().start(normal(1, 1, 2)));
        assertThrows(IllegalArgumentException.class, () -> new Plan.Split(plan.slice(0, 3), plan.slice(5, 8)).joined());
        assertThrows(IllegalArgumentException.class, () -> new Plan.Split(plan.slice(0, 3), DiffusersConfig.of("DDIMScheduler").scheduler().plan(4)).joined());
        assertThrows(IllegalArgumentException.class, () -> plan.withSteps(0));
    }

    /** What a multistep solver remembers goes over the boundary: the joined run is not the two parts one after the other. */
    @Test
    void two_networks_share_a_run() {
        Plan plan = DiffusersConfig.of("UniPCMultistepScheduler").with("use_flow_sigmas", true).with("prediction_type", "flow_prediction").with("flow_shift", 5.0).scheduler().plan(12);
        List<Double> high = new ArrayList<>();
        List<Double> low = new ArrayList<>();
        Sampling.Model<INDArray> experts = Sampling.Model.experts(recording(high, 0.5), recording(low, -0.3), input -> input.timestep() >= 900);
        INDArray noise = normal(3, 1, 4);
        INDArray result = Sampling.run(plan, experts, noise, NoiseSource.none(), Sampling.Listener.none());
        assertTrue(high.stream().allMatch(t -> t >= 900) && low.stream().allMatch(t -> t < 900));
        assertEquals(plan.splitAtTime(900).high().evaluations(), high.size());
        assertEquals(plan.evaluations(), high.size() + low.size());
        INDArray joined = Sampling.run(plan.splitAtTime(900).joined(), experts, noise, NoiseSource.none(), Sampling.Listener.none());
        assertArrayEquals(values(result), values(joined));
    }

    private static Sampling.Model<INDArray> recording(List<Double> times, double factor) {
        return input -> {
            times.add(input.timestep());
            return input.sample().mul(factor);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"DDIMScheduler", "EulerDiscreteScheduler", "FlowMatchEulerDiscreteScheduler"})
    void a_run_that_starts_late_starts_from_an_image(String name) {
        var scheduler = DiffusersConfig.of(name).scheduler();
        Plan plan = scheduler.plan(10);
        INDArray noise = normal(1, 1, 3);
        Sampling.Model<INDArray> model = in -> in.sample().mul(0.1);
        List<Supplier<Plan>> late = List.of(() -> plan.from(1), () -> plan.slice(3, 6), () -> scheduler.plan(10, 0.6, Strength.SKIP_STEPS),
                () -> scheduler.plan(10, 0.6, Strength.KEEP_STEPS), () -> plan.splitAtEdmSigma(1).low());
        for (Supplier<Plan> run : late) {
            Plan part = run.get();
            String refusal = assertThrows(IllegalArgumentException.class, () -> part.start(noise)).getMessage();
            assertTrue(refusal.contains("plan.startFrom(plan.addNoise(image, noise, 0))"), refusal);
            assertThrows(IllegalArgumentException.class, () -> part.start(CounterNoise.of(1), ElementType.DOUBLE, 1, 3));
            assertThrows(IllegalArgumentException.class, () -> part.session(noise, NoiseSource.none()));
            assertThrows(IllegalArgumentException.class, () -> Sampling.run(part, model, noise, NoiseSource.none(), Sampling.Listener.none()));
            SamplerState<INDArray> state = part.startFrom(part.addNoise(normal(2, 1, 3), noise, 0));
            assertFalse(Sampling.run(part, model, state, CounterNoise.of(1), Sampling.Listener.none()).isNaN().any());
        }
        assertArrayEquals(values(plan.start(noise).sample()), values(plan.from(0).start(noise).sample()));
        assertArrayEquals(values(plan.start(noise).sample()), values(plan.slice(0, 4).start(noise).sample()));
        ModelInput<INDArray> first = plan.input(0, plan.start(noise));
        assertEquals(plan.timestep(0), first.timestep());
    }
}
