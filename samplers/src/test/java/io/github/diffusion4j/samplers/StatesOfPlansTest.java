package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.LevelCurve;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Samples;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A state knows the run it is of, and other runs refuse it until someone says that it fits. */
class StatesOfPlansTest {

    private static final NoiseSource NOISE = CounterNoise.of(3);

    private static Plan plan(String name, int steps) {
        return DiffusersConfig.of(name).scheduler().plan(steps);
    }

    private static INDArray normal(int seed) {
        return CounterNoise.of(seed).draw(NoiseRequest.start(), DataType.FLOAT, 2, 3);
    }

    private static SamplerState<INDArray> run(Plan plan, SamplerState<INDArray> from, int to) {
        SamplerState<INDArray> state = from;
        while (state.index() < to) {
            state = plan.step(state.index(), plan.input(state.index(), state).sample().mul(0.3), state, NOISE);
        }
        return state;
    }

    private static String refusal(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(IllegalArgumentException.class, action).getMessage();
    }

    /** DPM-Solver++ remembers data, DEIS noise. */
    @Test
    void what_one_solver_remembers_is_nothing_to_another() {
        Plan data = plan("DPMSolverMultistepScheduler", 10);
        Plan noise = plan("DEISMultistepScheduler", 10);
        SamplerState<INDArray> state = run(data, data.start(normal(1)), 4);
        assertEquals(data.key(), state.plan());
        INDArray output = normal(2);
        for (String message : List.of(refusal(() -> noise.step(4, output, state, NOISE)), refusal(() -> noise.input(4, state)), refusal(() -> noise.denoised(4, output, state)),
                refusal(() -> noise.session(state, NOISE)), refusal(() -> Sampling.run(noise, in -> output, state, NOISE, Sampling.Listener.none())))) {
            assertTrue(message.contains(data.key()) && message.contains(noise.key()) && message.contains("state.forPlan(plan)"), message);
        }
        SamplerState<INDArray> meant = state.forPlan(noise);
        assertEquals(noise.key(), noise.step(4, output, meant, NOISE).plan());
        SamplerState<INDArray> byHand = new SamplerState<>(Nd4jArrays.ND4J, 4, state.sample(), state.anchor(), state.predictions());
        assertEquals("", byHand.plan());
        assertArrayEquals(Nd4jArrays.ND4J.values(noise.step(4, output, meant, NOISE).sample()), Nd4jArrays.ND4J.values(noise.step(4, output, byHand, NOISE).sample()));
        SamplerState<INDArray> complete = run(data, state, data.evaluations());
        assertTrue(refusal(() -> plan("DPMSolverMultistepScheduler", 11).session(new SamplerState<>(Nd4jArrays.ND4J, complete.index(), complete.sample(), complete.sample(), List.of(), data.key()), NOISE))
                .contains(data.key()));
        assertArrayEquals(Nd4jArrays.ND4J.values(complete.sample()), Nd4jArrays.ND4J.values(data.session(complete, NOISE).result()));
    }

    @Test
    void all_that_a_run_hands_out_is_its_own() {
        Plan plan = plan("EulerAncestralDiscreteScheduler", 6);
        SamplerState<INDArray> state = run(plan, plan.start(normal(1), NOISE), 3);
        assertEquals(plan.key(), plan.startFrom(normal(1), NOISE).plan());
        assertEquals(plan.key(), plan.start(NOISE, ElementType.FLOAT, 1, 2).plan());
        assertEquals(plan.key(), state.copy().plan());
        assertEquals(plan.key(), Inpainting.undo(1, 0.9, state, NOISE, NoiseRequest.step(99)).plan());
        assertEquals(plan.key(), new Inpainting<>(normal(4), Mask.of(normal(4).mul(0))).keepKnown(plan, 2, state, NOISE).plan());
        try (Session<INDArray> session = plan.session(state, NOISE)) {
            assertEquals(plan.key(), session.state().plan());
        }
    }

    /** A part is a run of its own, and the parts joined are the whole again. */
    @Test
    void a_part_of_a_run_is_another_run() {
        Plan plan = plan("DPMSolverMultistepScheduler", 10);
        Plan.Split split = plan.splitAtEdmSigma(1);
        SamplerState<INDArray> cut = run(split.high(), split.high().start(normal(1)), split.high().evaluations());
        assertTrue(refusal(() -> split.low().session(cut, NOISE)).contains("plan.startFrom(state.sample())"));
        assertEquals(split.low().evaluations(), run(split.low(), split.low().startFrom(cut.sample()), split.low().evaluations()).index());
        SamplerState<INDArray> state = run(plan, plan.start(normal(1)), 5);
        assertArrayEquals(Nd4jArrays.ND4J.values(run(plan, state, plan.evaluations()).sample()), Nd4jArrays.ND4J.values(run(split.joined(), state, plan.evaluations()).sample()));
    }

    @Property(tries = 60, seed = "42")
    void plans_that_compute_the_same_share_a_key_and_others_do_not(@ForAll @IntRange(min = 2, max = 40) int steps) {
        Map<String, String> known = new HashMap<>();
        for (String name : List.of("DDIMScheduler", "DPMSolverMultistepScheduler", "DEISMultistepScheduler", "UniPCMultistepScheduler", "HeunDiscreteScheduler",
                "FlowMatchEulerDiscreteScheduler", "EulerAncestralDiscreteScheduler")) {
            Plan plan = plan(name, steps);
            assertEquals(plan.key(), plan(name, steps).key());
            assertEquals(plan.key(), plan.withStartScale(3).key(), "a run that has begun needs no start scale");
            for (Plan each : List.of(plan, plan(name, steps + 1), plan.from(1), plan.slice(0, steps - 1))) {
                String before = known.put(each.key(), each.fingerprint());
                assertTrue(before == null || before.equals(each.fingerprint()) || each.withStartScale(1).fingerprint().equals(before), () -> "two runs of one key: " + each);
            }
        }
        assertTrue(known.size() > 15, known::toString);
    }

    /** Another processor's exp and log may differ in the last digit; a state goes on there. */
    @Property(tries = 200, seed = "42")
    void the_last_digits_do_not_matter(@ForAll @IntRange(min = 2, max = 40) int steps, @ForAll @IntRange(min = -3, max = 3) int last) {
        Plan plan = plan("DPMSolverMultistepScheduler", steps);
        Plan elsewhere = moved(plan, value -> value + last * Math.ulp(value));
        assertEquals(plan.key(), elsewhere.key());
        assertTrue(last == 0 || !plan.fingerprint().equals(elsewhere.fingerprint()));
        assertNotEquals(plan.key(), moved(plan, value -> value * 1.001).key());
    }

    private static Plan moved(Plan plan, UnaryOperator<Double> change) {
        List<NoiseLevel> starts = plan.grid().starts().stream().map(level -> new NoiseLevel(level.time(), level.alpha(), change.apply(level.sigma()))).toList();
        return Plan.of(plan.solver(), TimeGrid.contiguous(starts, plan.grid().to(plan.steps() - 1)).withCurve(plan.grid().curve()), Parameterization.epsilon(), DataCorrection.NONE);
    }

    @Test
    void corrections_count_if_they_say_what_they_are() {
        Plan plan = plan("DDIMScheduler", 5);
        UnaryOperator<DataCorrection> same = correction -> correction;
        String one = key(plan, data -> Samples.clamp(data, 0.5));
        assertEquals(one, key(plan, data -> Samples.clamp(data, 0.5)), "a lambda has another name in every virtual machine");
        assertNotEquals(key(plan, DataCorrection.clip(1)), key(plan, same.apply(DataCorrection.clip(2))));
        assertNotEquals(key(plan, DataCorrection.clip(1)), key(plan, DataCorrection.NONE));
    }

    private static String key(Plan plan, DataCorrection correction) {
        return Plan.of(plan.solver(), plan.grid(), Parameterization.epsilon(), correction).key();
    }

    /** Euler's first level is 14.6 times unit noise; what starts at 0.77 is no such noise. */
    @Test
    void a_part_that_starts_late_has_no_start_scale() {
        Plan plan = plan("EulerDiscreteScheduler", 20);
        INDArray ones = normal(1).mul(0).add(1);
        assertTrue(plan.startScale() > 10);
        assertEquals(plan.startScale(), plan.slice(0, 15).startScale());
        assertEquals(plan.startScale(), plan.from(0).startScale());
        for (Plan late : List.of(plan.from(15), plan.slice(3, 9), plan.from(3).slice(0, 4), plan.splitAtEdmSigma(1).low(), plan.from(5).withSteps(4))) {
            assertEquals(1, late.startScale());
            assertThrows(IllegalArgumentException.class, () -> late.start(ones));
            assertThrows(IllegalArgumentException.class, () -> late.session(ones, NOISE));
            assertArrayEquals(Nd4jArrays.ND4J.values(ones), Nd4jArrays.ND4J.values(late.startFrom(ones).sample()));
            assertEquals(1, late.describe().startScale());
        }
        Plan.Split split = plan.splitAtEdmSigma(1);
        assertEquals(plan.startScale(), split.joined().startScale());
        assertEquals(plan.startScale(), split.withSteps(3, 4).joined().startScale());
        assertEquals(plan.startScale(), split.withSteps(3, 4).high().startScale());
        assertEquals(1, split.withSteps(3, 4).low().startScale());
    }

    @Test
    void a_closed_array_of_a_state_is_named() {
        Plan plan = Plan.of(DpmSolverMultistep.plusPlus(2), plan("DPMSolverMultistepScheduler", 6).grid(), Parameterization.epsilon(), DataCorrection.NONE);
        SamplerState<INDArray> state = run(plan, plan.start(normal(1)), 2);
        INDArray output = normal(2);
        state.predictions().get(0).close();
        for (String message : List.of(refusal(() -> plan.step(2, output, state, NOISE)), refusal(() -> plan.input(2, state)), refusal(() -> plan.session(state, NOISE)),
                refusal(() -> plan.denoised(2, output, state)), refusal(state::copy), refusal(() -> state.write(java.io.OutputStream.nullOutputStream())))) {
            assertTrue(message.contains("prediction 0 of the state is closed"), message);
        }
        SamplerState<INDArray> other = run(plan, plan.start(normal(1)), 2);
        other.close();
        assertTrue(refusal(() -> plan.step(2, output, other, NOISE)).contains("the sample of the state is closed"));
        assertTrue(refusal(() -> new Inpainting<>(normal(4), Mask.of(normal(4).mul(0))).keepKnown(plan, 1, other, NOISE)).contains("the sample of the state is closed"));
        assertTrue(refusal(() -> Inpainting.undo(1, 0.9, other, NOISE, NoiseRequest.step(9))).contains("the sample of the state is closed"));
        INDArray closed = normal(3);
        closed.close();
        SamplerState<INDArray> open = run(plan, plan.start(normal(1)), 2);
        assertTrue(refusal(() -> plan.step(2, closed, open, NOISE)).contains("the network output is closed"));
        assertTrue(refusal(() -> plan.denoised(2, closed, open)).contains("the network output is closed"));
        assertTrue(refusal(() -> plan.startFrom(closed)).contains("is closed"));
        assertTrue(refusal(() -> Runs.stepRows(List.of(plan), Nd4jArrays.ND4J, Rows.SAMPLES, output, closed, NOISE)).contains("the sample is closed"));
    }

    /** Trial steps of two orders share a state. */
    @Test
    void adaptive_steps_go_on() {
        LevelCurve curve = sigma -> new NoiseLevel(sigma, 1, sigma);
        AdaptiveSampling.Result<INDArray> result = AdaptiveSampling.DEFAULT.run(Nd4jArrays.ND4J, curve, Parameterization.epsilon(), curve.atEdmSigma(10), curve.atEdmSigma(0.1), in -> in.sample().mul(0.9), normal(1), NOISE);
        assertTrue(result.accepted() > 3);
    }
}
