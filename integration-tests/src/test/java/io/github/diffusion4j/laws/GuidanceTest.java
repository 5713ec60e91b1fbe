package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Skipping;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.guidance.AdaptiveProjected;
import io.github.diffusion4j.samplers.guidance.ChangeRate;
import io.github.diffusion4j.samplers.guidance.Extrapolation;
import io.github.diffusion4j.samplers.guidance.GuidanceCatalog;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Pattern;
import io.github.diffusion4j.samplers.guidance.Planned;
import io.github.diffusion4j.samplers.guidance.Rescaled;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.guidance.Space;
import io.github.diffusion4j.samplers.guidance.Window;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlus2sAncestral;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.PlusPlus2s;
import io.github.diffusion4j.samplers.solvers.PlusPlusMultistep;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is true of every guidance and every way to leave evaluations out. */
class GuidanceTest {

    private static final long[] SHAPE = {3, 4, 6, 5};
    private static final int STEPS = 8;
    private static final NoiseSource NOISE = CounterNoise.of(7);

    static Stream<GuidanceCatalog.Entry> all() {
        return Stream.concat(GuidanceCatalog.guidance().stream(), GuidanceCatalog.leavingOut().stream());
    }

    static Stream<GuidanceCatalog.Entry> guidance() {
        return GuidanceCatalog.guidance().stream();
    }

    static Stream<SolverCatalog.Entry> solvers() {
        return SolverCatalog.all().stream();
    }

    private static TimeGrid grid(int steps) {
        List<NoiseLevel> levels = IntStream.range(0, steps).mapToObj(i -> level(0.95 - 0.9 * i / steps)).toList();
        return TimeGrid.contiguous(levels, level(0.02)).withCurve(s -> level(s / (1 + s)));
    }

    private static NoiseLevel level(double u) {
        return new NoiseLevel(1000 * u, 1 - u, u);
    }

    private static Plan plan(GuidanceCatalog.Entry entry, Parameterization parameterization) {
        return Plan.of(DpmSolverMultistep.plusPlus(2), grid(STEPS), parameterization, DataCorrection.NONE).guided(entry.guidance()).skipping(entry.skipping());
    }

    private static Plan plan(GuidanceCatalog.Entry entry) {
        return plan(entry, Parameterization.flow()).with(DpmSolverMultistep.sde(2));
    }

    /** The data that a branch predicts, value by value. */
    private static double data(Branch branch, double x, double time) {
        double shift = 0.4 * Math.sin(branch.name().hashCode());
        return Math.tanh(0.7 * x + shift) + 0.2 * shift * Math.cos(0.01 * time);
    }

    /** The network: what it outputs of the data that it predicts. */
    private static <A> A network(Arrays<A> arrays, ModelInput<A> input, Branch branch, Parameterization parameterization) {
        Parameterization.Weights weights = parameterization.data(input.level());
        A output = arrays.make(arrays.type(input.sample()), arrays.shape(input.sample()));
        double[] values = DoubleStream.of(arrays.values(input.sample())).map(x -> (data(branch, x, input.timestep()) - weights.first() * x) / weights.second()).toArray();
        arrays.onHost(output, true, host -> host.fill(values));
        return output;
    }

    private static <A> List<A> outputs(Arrays<A> arrays, ModelInput<A> input, Parameterization parameterization) {
        return input.branches().stream().map(branch -> network(arrays, input, branch, parameterization)).toList();
    }

    private static <A> A noise(Arrays<A> arrays, ElementType type, long... shape) {
        A noise = arrays.make(type, shape);
        arrays.onHost(noise, true, host -> NOISE.fill(NoiseRequest.start(), host));
        return noise;
    }

    private static <A> SamplerState<A> advanced(Runs<A> runs, SamplerState<A> state, int to, Parameterization parameterization) {
        SamplerState<A> next = state;
        for (int i = state.index(); i < to; i++) {
            next = runs.step(i, outputs(runs.arrays(), runs.input(i, next), parameterization), next, NOISE);
        }
        return next;
    }

    private static <A> double[] run(Runs<A> runs, ElementType type, Parameterization parameterization, long... shape) {
        SamplerState<A> end = advanced(runs, runs.start(noise(runs.arrays(), type, shape), NOISE), runs.plan().evaluations(), parameterization);
        double[] values = runs.arrays().values(end.sample());
        assertTrue(DoubleStream.of(values).allMatch(Double::isFinite));
        return values;
    }

    @ParameterizedTest
    @MethodSource("all")
    void libraries_agree_bit_by_bit(GuidanceCatalog.Entry entry) {
        for (ElementType type : List.of(ElementType.FLOAT, ElementType.DOUBLE, ElementType.HALF)) {
            double[] heap = run(plan(entry).on(HostArrays.HEAP), type, Parameterization.flow(), SHAPE);
            assertArrayEquals(heap, run(plan(entry).on(HostArrays.DIRECT), type, Parameterization.flow(), SHAPE));
            assertArrayEquals(heap, run(plan(entry).on(Nd4jArrays.ND4J), type, Parameterization.flow(), SHAPE), entry + " " + type);
        }
        double[] exact = run(plan(entry).on(HostArrays.HEAP), ElementType.DOUBLE, Parameterization.flow(), SHAPE);
        assertArrayEquals(exact, run(plan(entry).on(new HiddenArrays()), ElementType.DOUBLE, Parameterization.flow(), SHAPE), 1e-9);
    }

    @ParameterizedTest
    @MethodSource("all")
    void a_sample_does_not_know_its_neighbours(GuidanceCatalog.Entry entry) {
        double[] together = run(plan(entry).on(HostArrays.HEAP), ElementType.FLOAT, Parameterization.flow(), SHAPE);
        double[] alone = run(plan(entry).on(HostArrays.HEAP), ElementType.FLOAT, Parameterization.flow(), 1, 4, 6, 5);
        assertArrayEquals(alone, java.util.Arrays.copyOf(together, alone.length), entry.name());
    }

    @ParameterizedTest
    @MethodSource("all")
    void a_session_is_the_loop_of_pure_steps(GuidanceCatalog.Entry entry) {
        Runs<HostArray> runs = plan(entry).on(HostArrays.HEAP);
        double[] expected = run(runs, ElementType.FLOAT, Parameterization.flow(), SHAPE);
        int asked = 0;
        try (Session<HostArray> session = runs.session(noise(HostArrays.HEAP, ElementType.FLOAT, SHAPE), NOISE)) {
            while (!session.done()) {
                asked += session.needs().size();
                session.step(outputs(HostArrays.HEAP, session.input(), Parameterization.flow()));
            }
            assertArrayEquals(expected, session.result().values(), entry.name());
        }
        assertTrue(asked <= runs.plan().calls(), asked + " calls of " + runs.plan().calls());
    }

    @ParameterizedTest
    @MethodSource("all")
    void the_driver_asks_branch_by_branch(GuidanceCatalog.Entry entry) {
        Runs<HostArray> runs = plan(entry).on(HostArrays.HEAP);
        HostArray result = Sampling.run(runs, input -> network(HostArrays.HEAP, input, input.branches().get(0), Parameterization.flow()), noise(HostArrays.HEAP, ElementType.FLOAT, SHAPE), NOISE,
                Sampling.Listener.none());
        assertArrayEquals(run(runs, ElementType.FLOAT, Parameterization.flow(), SHAPE), result.values(), entry.name());
    }

    @ParameterizedTest
    @MethodSource("all")
    void a_run_goes_on_from_its_written_state(GuidanceCatalog.Entry entry) throws IOException {
        Runs<HostArray> runs = plan(entry).on(HostArrays.HEAP);
        SamplerState<HostArray> state = runs.start(noise(HostArrays.HEAP, ElementType.FLOAT, SHAPE), NOISE);
        double[] expected = run(runs, ElementType.FLOAT, Parameterization.flow(), SHAPE);
        for (int i = 0; i < STEPS; i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            state.write(bytes);
            SamplerState<HostArray> read = SamplerState.read(HostArrays.HEAP, new ByteArrayInputStream(bytes.toByteArray()));
            assertEquals(state.held(), read.held());
            assertArrayEquals(expected, advanced(runs, read, STEPS, Parameterization.flow()).sample().values(), entry + " after " + i);
            state = advanced(runs, state, i + 1, Parameterization.flow());
        }
    }

    @ParameterizedTest
    @MethodSource("guidance")
    void rules_in_the_space_of_the_data_do_not_depend_on_the_parameterization(GuidanceCatalog.Entry entry) {
        GuidanceCatalog.Entry moved = new GuidanceCatalog.Entry(entry.name(), Space.DATA.of(entry.guidance()), entry.skipping());
        double[] flow = run(plan(moved, Parameterization.flow()).on(HostArrays.HEAP), ElementType.DOUBLE, Parameterization.flow(), SHAPE);
        for (Parameterization other : List.of(Parameterization.epsilon(), Parameterization.sample(), Parameterization.velocity())) {
            assertArrayEquals(flow, run(plan(moved, other).on(HostArrays.HEAP), ElementType.DOUBLE, other, SHAPE), 1e-9, entry + " " + other);
        }
    }

    @Test
    void known_rules_are_the_same_in_every_parameterization() {
        for (GuidanceCatalog.Entry entry : GuidanceCatalog.guidance()) {
            if (entry.guidance() instanceof LinearGuidance) {
                double[] flow = run(plan(entry, Parameterization.flow()).on(HostArrays.HEAP), ElementType.DOUBLE, Parameterization.flow(), SHAPE);
                double[] noise = run(plan(entry, Parameterization.epsilon()).on(HostArrays.HEAP), ElementType.DOUBLE, Parameterization.epsilon(), SHAPE);
                assertArrayEquals(flow, noise, 1e-9, entry.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void guidance_in_the_pass_is_guidance_in_the_network(SolverCatalog.Entry entry) {
        if (entry.name().startsWith("CFG++")) {
            return;
        }
        Solver solver = entry.of(STEPS);
        Plan plain = Plan.of(solver, grid(STEPS), Parameterization.flow(), DataCorrection.NONE);
        Runs<HostArray> guided = plain.guided(LinearGuidance.classifierFree(3)).on(HostArrays.HEAP);
        double[] inPass = run(guided, ElementType.DOUBLE, Parameterization.flow(), SHAPE);
        Runs<HostArray> runs = plain.on(HostArrays.HEAP);
        SamplerState<HostArray> state = runs.start(noise(HostArrays.HEAP, ElementType.DOUBLE, SHAPE), NOISE);
        for (int i = 0; i < plain.evaluations(); i++) {
            ModelInput<HostArray> input = runs.input(i, state);
            double[] c = network(HostArrays.HEAP, input, Branch.CONDITIONAL, Parameterization.flow()).values();
            double[] u = network(HostArrays.HEAP, input, Branch.UNCONDITIONAL, Parameterization.flow()).values();
            HostArray output = HostArray.of(IntStream.range(0, c.length).mapToDouble(k -> u[k] + 3 * (c[k] - u[k])).toArray(), SHAPE);
            state = runs.step(i, output, state, NOISE);
        }
        assertArrayEquals(state.sample().values(), inPass, 1e-9, entry.toString());
        assertEquals(2 * plain.evaluations(), guided.plan().calls());
    }

    @Test
    void a_neutral_scale_is_the_conditional_run() {
        Plan plain = Plan.of(DpmSolverMultistep.sde(2), grid(STEPS), Parameterization.flow(), DataCorrection.NONE);
        double[] expected = run(plain.on(HostArrays.HEAP), ElementType.FLOAT, Parameterization.flow(), SHAPE);
        for (Guidance neutral : List.of(LinearGuidance.classifierFree(1), new Rescaled(LinearGuidance.classifierFree(1), 0.7), AdaptiveProjected.of(1, 2), Space.DATA.of(AdaptiveProjected.of(1, 2)))) {
            Plan guided = plain.guided(neutral);
            assertEquals(List.of(Branch.CONDITIONAL), guided.needs(0));
            assertEquals(plain.evaluations(), guided.calls());
            assertArrayEquals(expected, run(guided.on(HostArrays.HEAP), ElementType.FLOAT, Parameterization.flow(), SHAPE), neutral.toString());
        }
    }

    @Test
    void branches_that_no_weight_reads_are_not_asked_for() {
        Plan plain = Plan.of(new FirstOrder(new Ancestral(0), true), grid(STEPS), Parameterization.flow(), DataCorrection.NONE);
        Plan limited = plain.guided(LinearGuidance.classifierFree(Scale.of(3), Window.of(0.25, 0.75)));
        assertEquals(List.of(1, 1, 2, 2, 2, 2, 1, 1), IntStream.range(0, STEPS).mapToObj(i -> limited.needs(i).size()).toList());
        assertEquals(12, limited.calls());
        assertEquals(List.of(Branch.UNCONDITIONAL), plain.guided(LinearGuidance.classifierFree(0)).needs(0));
        assertEquals(3, plain.guided(LinearGuidance.instructPix2Pix(7.5, 1.5)).needs(0).size());
        assertEquals(List.of(Branch.CONDITIONAL, LinearGuidance.IMAGE), plain.guided(LinearGuidance.instructPix2Pix(7.5, 1)).needs(0));
    }

    @Test
    void a_run_cut_in_two_is_guided_as_the_whole() {
        for (GuidanceCatalog.Entry entry : List.of(GuidanceCatalog.guidance().get(1), GuidanceCatalog.guidance().get(2), GuidanceCatalog.guidance().get(3))) {
            Plan whole = Plan.of(new FirstOrder(new Ancestral(0), true), grid(STEPS), Parameterization.flow(), DataCorrection.NONE).guided(entry.guidance());
            double[] expected = run(whole.on(HostArrays.HEAP), ElementType.DOUBLE, Parameterization.flow(), SHAPE);
            Runs<HostArray> first = whole.slice(0, 3).on(HostArrays.HEAP);
            Runs<HostArray> second = whole.from(3).on(HostArrays.HEAP);
            SamplerState<HostArray> half = advanced(first, first.start(noise(HostArrays.HEAP, ElementType.DOUBLE, SHAPE), NOISE), 3, Parameterization.flow());
            SamplerState<HostArray> end = advanced(second, second.startFrom(half.sample()), STEPS - 3, Parameterization.flow());
            assertArrayEquals(expected, end.sample().values(), entry.name());
        }
    }

    /** With a solver of first order the last output again is the grid without those levels. */
    @Test
    void reuse_is_a_coarser_grid() {
        Solver euler = new FirstOrder(new Ancestral(0), true);
        TimeGrid fine = grid(STEPS);
        Plan reused = Plan.of(euler, fine, Parameterization.flow(), DataCorrection.NONE).guided(new Planned(LinearGuidance.classifierFree(3), (i, n) -> i % 2 == 0, Extrapolation.reuse()));
        List<NoiseLevel> coarse = IntStream.range(0, STEPS / 2).mapToObj(i -> fine.from(2 * i)).toList();
        Plan half = Plan.of(euler, TimeGrid.contiguous(coarse, fine.to(STEPS - 1)), Parameterization.flow(), DataCorrection.NONE).guided(LinearGuidance.classifierFree(3));
        assertEquals(half.calls(), reused.calls());
        assertArrayEquals(run(half.on(HostArrays.HEAP), ElementType.DOUBLE, Parameterization.flow(), SHAPE),
                run(reused.on(HostArrays.HEAP), ElementType.DOUBLE, Parameterization.flow(), SHAPE), 1e-12);
    }

    @Test
    void extrapolation_is_exact_for_polynomials() {
        List<NoiseLevel> levels = IntStream.range(0, 9).mapToObj(i -> level(0.9 - 0.1 * i)).toList();
        List<Integer> known = List.of(6, 4, 3, 1);
        for (Extrapolation.Coordinate coordinate : Extrapolation.Coordinate.values()) {
            for (int degree = 0; degree < 4; degree++) {
                Extrapolation extrapolation = new Extrapolation.Polynomial(degree, coordinate);
                double[] weights = extrapolation.weights(levels, known.subList(0, degree + 1), 7);
                double sum = 0;
                for (int k = 0; k <= degree; k++) {
                    sum += weights[k] * Math.pow(coordinate(coordinate, levels, known.get(k)), degree);
                }
                assertEquals(Math.pow(coordinate(coordinate, levels, 7), degree), sum, 1e-9 * Math.max(1, Math.abs(sum)), coordinate + " " + degree);
            }
        }
        double[] line = new Extrapolation.TaylorSeer(1).weights(levels, List.of(6, 3), 8);
        assertArrayEquals(new Extrapolation.Polynomial(1, Extrapolation.Coordinate.INDEX).weights(levels, List.of(6, 3), 8), line, 1e-12);
    }

    private static double coordinate(Extrapolation.Coordinate coordinate, List<NoiseLevel> levels, int evaluation) {
        return switch (coordinate) {
            case INDEX -> evaluation;
            case EDM_SIGMA -> levels.get(evaluation).edmSigma();
            case LOG_SNR -> levels.get(evaluation).logSnr();
        };
    }

    /** CFG++ of first order is guidance at a scale, and its solvers without guidance are the plain ones. */
    @Test
    void cfg_plus_plus_is_a_schedule_of_scales() {
        Plan euler = Plan.of(new FirstOrder(new Ancestral(0), true), grid(STEPS), Parameterization.sample(), DataCorrection.NONE);
        Runs<HostArray> scaled = euler.guided(LinearGuidance.classifierFree(Scale.plusPlus(0.6), Window.ALWAYS)).on(HostArrays.HEAP);
        SamplerState<HostArray> state = scaled.start(noise(HostArrays.HEAP, ElementType.DOUBLE, SHAPE), NOISE);
        double[] x = state.sample().values();
        for (int i = 0; i < STEPS; i++) {
            ModelInput<HostArray> input = scaled.input(i, state);
            double[] c = network(HostArrays.HEAP, input, Branch.CONDITIONAL, Parameterization.sample()).values();
            double[] u = network(HostArrays.HEAP, input, Branch.UNCONDITIONAL, Parameterization.sample()).values();
            NoiseLevel from = euler.level(i);
            NoiseLevel to = euler.levelAfter(i);
            double[] before = x;
            x = IntStream.range(0, c.length).mapToDouble(k -> to.alpha() * (u[k] + 0.6 * (c[k] - u[k])) + to.sigma() * (before[k] - from.alpha() * u[k]) / from.sigma()).toArray();
            state = advanced(scaled, state, i + 1, Parameterization.sample());
            assertArrayEquals(x, state.sample().values(), 1e-11);
        }
        assertThrows(IllegalArgumentException.class, () -> euler.with(DpmSolverMultistep.plusPlus(2)).guided(LinearGuidance.classifierFree(Scale.plusPlus(0.6), Window.ALWAYS)));
        for (List<Solver> same : List.of(List.<Solver>of(new PlusPlusMultistep(), DpmSolverMultistep.plusPlus(2)), List.<Solver>of(new PlusPlus2s(1, Convention.EXACT),
                new DpmPlusPlus2sAncestral(1)))) {
            assertArrayEquals(run(euler.with(same.get(1)).on(HostArrays.HEAP), ElementType.DOUBLE, Parameterization.sample(), SHAPE),
                    run(euler.with(same.get(0)).on(HostArrays.HEAP), ElementType.DOUBLE, Parameterization.sample(), SHAPE), 1e-11);
        }
    }

    @Test
    void outputs_that_were_not_asked_for_are_refused() {
        Runs<HostArray> runs = Plan.of(new FirstOrder(new Ancestral(0), true), grid(2), Parameterization.flow(), DataCorrection.NONE).guided(LinearGuidance.classifierFree(3)).on(HostArrays.HEAP);
        SamplerState<HostArray> state = runs.start(noise(HostArrays.HEAP, ElementType.FLOAT, SHAPE), NOISE);
        String message = assertThrows(IllegalArgumentException.class, () -> runs.step(0, state.sample(), state, NOISE)).getMessage();
        assertTrue(message.contains("asks for 2 outputs, [conditional, unconditional], but got 1"), message);
        Plan planned = runs.plan().guided(new Planned(Guidance.NONE, Pattern.every(2, 1, 0), Extrapolation.reuse()));
        assertEquals(List.of(), planned.needs(1));
        assertThrows(IllegalArgumentException.class, () -> planned.guided(new Planned(Guidance.NONE, Pattern.every(2, 1, 0), Extrapolation.reuse())).with(new DpmPlusPlus2sAncestral(0)));
    }

    /** Skipping that never skips is the run itself, and leaves out more the higher its threshold. */
    @Test
    void thresholds_count() {
        List<Integer> calls = new ArrayList<>();
        Plan plain = Plan.of(DpmSolverMultistep.plusPlus(2), grid(20), Parameterization.flow(), DataCorrection.NONE);
        for (double threshold : new double[] {0, 0.05, 0.2, 1}) {
            Skipping skipping = new ChangeRate(threshold, true, false, Double.POSITIVE_INFINITY, 0, 2, 1, 1);
            int asked = 0;
            try (Session<HostArray> session = plain.skipping(skipping).on(HostArrays.HEAP).session(noise(HostArrays.HEAP, ElementType.DOUBLE, 1, 4, 6, 5), NOISE)) {
                while (!session.done()) {
                    asked += session.needs().size();
                    session.step(outputs(HostArrays.HEAP, session.input(), Parameterization.flow()));
                }
                if (threshold == 0) {
                    assertArrayEquals(run(plain.on(HostArrays.HEAP), ElementType.DOUBLE, Parameterization.flow(), 1, 4, 6, 5), session.result().values(), 1e-12);
                }
            }
            calls.add(asked);
        }
        assertEquals(20, calls.get(0));
        assertTrue(calls.get(3) < calls.get(2) && calls.get(2) < calls.get(0), calls.toString());
    }
}
