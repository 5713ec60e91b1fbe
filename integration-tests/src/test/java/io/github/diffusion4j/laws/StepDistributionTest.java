package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Reduction;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.StepDistribution;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.DpmPlusPlusSde;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Seeds;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The distribution of a step is that of the step: mean, deviation and slope are what the engine does, for every solver. */
class StepDistributionTest {

    private static final int STEPS = 6;
    private static final long[] SHAPE = {3, 2, 4};
    private static final NoiseSource ZEROS = (request, out) -> out.fill(new double[out.length()]);
    private static final NoiseSource ONES = (request, out) -> out.fill(DoubleStream.generate(() -> 1).limit(out.length()).toArray());

    static Stream<SolverCatalog.Entry> solvers() {
        return SolverCatalog.all().stream();
    }

    private static Runs<HostArray> runs(Solver solver, Parameterization parameterization) {
        return Plan.of(solver, OrderOfConvergence.grid(STEPS), parameterization, DataCorrection.NONE).on(HostArrays.HEAP);
    }

    private static HostArray array(ElementType type, int seed) {
        HostArray array = HostArrays.HEAP.make(type, SHAPE);
        CounterNoise.of(seed).fill(NoiseRequest.start(), array);
        return array;
    }

    /** A network that is not linear. */
    private static HostArray network(HostArray x, double shift) {
        HostArray out = HostArrays.HEAP.make(x.type(), x.shape());
        out.fill(Arrays.stream(x.values()).map(v -> 0.8 * Math.tanh(v) + shift).toArray());
        return out;
    }

    private static boolean overlaps(Plan plan, int evaluation) {
        return IntStream.of(plan.noisyEvaluations()).distinct().filter(i -> plan.stepOf(i) == plan.stepOf(evaluation) && (plan.noiseDeviation(i) > 0 || plan.solver() instanceof Seeds)).count() > 1;
    }

    private interface Law {
        void check(int evaluation, HostArray output, SamplerState<HostArray> state);
    }

    /** Every evaluation of a run whose step draws once. */
    private static void along(Runs<HostArray> runs, ElementType type, Law law) {
        Plan plan = runs.plan();
        SamplerState<HostArray> state = runs.start(array(type, 1), CounterNoise.of(2));
        for (int i = 0; i < plan.evaluations(); i++) {
            HostArray output = network(runs.input(i, state).sample(), 0);
            SamplerState<HostArray> at = state;
            int evaluation = i;
            if (overlaps(plan, i)) {
                assertTrue(plan.solver() instanceof DpmPlusPlusSde || plan.solver() instanceof Seeds, plan::toString);
                String reason = assertThrows(IllegalArgumentException.class, () -> runs.distribution(evaluation, output, at)).getMessage();
                assertTrue(reason.contains(plan.solver() instanceof Seeds ? "the sample alone does not tell it" : "overlap"), reason);
            } else {
                law.check(i, output, at);
            }
            state = runs.step(i, output, state, CounterNoise.of(2));
        }
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void the_mean_is_the_step_without_noise_and_the_deviation_what_noise_adds(SolverCatalog.Entry entry) {
        for (ElementType type : List.of(ElementType.DOUBLE, ElementType.FLOAT)) {
            Runs<HostArray> runs = runs(entry.of(STEPS), Parameterization.epsilon());
            along(runs, type, (i, output, state) -> {
                try (StepDistribution<HostArray> step = runs.distribution(i, output, state)) {
                    double[] mean = step.mean().values();
                    assertArrayEquals(runs.step(i, output, state, ZEROS).sample().values(), mean, entry + " at " + i);
                    double[] with = runs.step(i, output, state, ONES).sample().values();
                    boolean churned = i + 1 < runs.plan().evaluations() && IntStream.of(runs.plan().noisyEvaluations()).anyMatch(noisy -> noisy == i + 1) && runs.plan().noiseDeviation(i + 1) == 0;
                    double deviation = step.deviations()[0];
                    assertEquals(churned || runs.plan().noiseDeviation(i) > 0 || deviation > 0, deviation > 0, entry + " at " + i);
                    for (int k = 0; k < mean.length; k++) {
                        assertEquals(deviation, Math.abs(with[k] - mean[k]), type == ElementType.DOUBLE ? 1e-12 : 2e-5, entry + " at " + i);
                    }
                }
            });
        }
    }

    /** The network's output enters through the estimate of this evaluation alone, at once or by what it remembers. */
    @ParameterizedTest
    @MethodSource("solvers")
    void the_weight_of_the_output_is_what_the_mean_moves_by(SolverCatalog.Entry entry) {
        for (Parameterization parameterization : List.of(Parameterization.sample(), Parameterization.velocity())) {
            Runs<HostArray> runs = runs(entry.of(STEPS), parameterization);
            along(runs, ElementType.DOUBLE, (i, output, state) -> {
                HostArray moved = HostArrays.HEAP.make(ElementType.DOUBLE, SHAPE);
                moved.fill(Arrays.stream(output.values()).map(u -> u + 1).toArray());
                try (StepDistribution<HostArray> step = runs.distribution(i, output, state); StepDistribution<HostArray> other = runs.distribution(i, moved, state)) {
                    double weight = step.outputWeights()[0];
                    double[] means = step.mean().values();
                    double[] others = other.mean().values();
                    for (int k = 0; k < means.length; k++) {
                        assertEquals(weight, others[k] - means[k], 1e-11 * (1 + Math.abs(others[k])), entry + " at " + i);
                    }
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void a_row_does_not_know_its_neighbours(SolverCatalog.Entry entry) {
        Runs<HostArray> runs = runs(entry.of(STEPS), Parameterization.velocity());
        along(runs, ElementType.FLOAT, (i, output, state) -> {
            SamplerState<HostArray> last = new SamplerState<>(HostArrays.HEAP, i, row(state.sample()), row(state.anchor()), state.predictions().stream().map(StepDistributionTest::row).toList());
            HostArray next = network(state.sample(), 0.1);
            try (StepDistribution<HostArray> all = runs.distribution(i, output, state); StepDistribution<HostArray> alone = runs.distribution(i, row(output), last)) {
                assertArrayEquals(row(all.mean()).values(), alone.mean().values());
                if (all.deviations()[0] > 0) {
                    for (Reduction reduction : Reduction.values()) {
                        assertEquals(all.logProb(next, reduction)[2], alone.logProb(row(next), reduction)[0]);
                        assertEquals(all.entropy(reduction)[2], alone.entropy(reduction)[0]);
                    }
                } else {
                    String reason = assertThrows(IllegalStateException.class, () -> all.logProb(next, Reduction.SUM)).getMessage();
                    assertTrue(reason.contains("adds no noise"), reason);
                }
            }
        });
    }

    private static HostArray row(HostArray array) {
        return HostArrays.HEAP.copy(HostArrays.HEAP.part(array, 0, 2, 3));
    }

    /** Recorded steps from anywhere in runs stand in one batch; solvers that need more are refused. */
    @Test
    void rows_at_different_evaluations_are_what_each_is_alone() {
        Runs<HostArray> runs = runs(new FirstOrder(new Ancestral(1), true), Parameterization.epsilon());
        HostArray sample = array(ElementType.DOUBLE, 3);
        HostArray output = network(sample, 0.2);
        int[] evaluations = {4, 0, 2};
        try (StepDistribution<HostArray> step = runs.distribution(evaluations, output, sample)) {
            for (int row = 0; row < 3; row++) {
                int at = evaluations[row];
                StepDistribution<HostArray> alone = runs.distribution(at, output, new SamplerState<>(HostArrays.HEAP, at, sample, sample, List.of()));
                assertEquals(alone.deviations()[row], step.deviations()[row]);
                assertEquals(alone.outputWeights()[row], step.outputWeights()[row]);
                assertEquals(alone.logProb(output, Reduction.SUM)[row], step.logProb(output, Reduction.SUM)[row]);
            }
        }
        Runs<HostArray> multistep = runs(DpmSolverMultistep.sde(2), Parameterization.epsilon());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> multistep.distribution(evaluations, output, sample)).getMessage().contains("earlier predictions"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> runs.distribution(new int[] {1, 2}, output, sample)).getMessage().contains("2 timesteps for 3 samples"));
    }

    @Test
    void each_branch_of_known_guidance_has_a_weight() {
        Plan plan = Plan.of(new FirstOrder(new Ancestral(1), true), OrderOfConvergence.grid(STEPS), Parameterization.epsilon(), DataCorrection.NONE);
        Runs<HostArray> guided = plan.guided(GuidanceSamples.Scaled.always(3)).on(HostArrays.HEAP);
        SamplerState<HostArray> state = guided.start(array(ElementType.DOUBLE, 1));
        List<HostArray> outputs = List.of(array(ElementType.DOUBLE, 4), array(ElementType.DOUBLE, 5));
        try (StepDistribution<HostArray> step = guided.distribution(0, outputs, state);
                StepDistribution<HostArray> plain = plan.on(HostArrays.HEAP).distribution(0, outputs.get(0), state.forPlan(plan))) {
            assertEquals(3 * plain.outputWeights()[0], step.outputWeights(0)[0], 1e-14);
            assertEquals(-2 * plain.outputWeights()[0], step.outputWeights(1)[0], 1e-14);
            assertArrayEquals(guided.step(0, outputs, state, ZEROS).sample().values(), step.mean().values());
        }
        Runs<HostArray> measured = plan.guided(new GuidanceSamples.Momentum(3, 0.5, 2)).on(HostArrays.HEAP);
        try (StepDistribution<HostArray> step = measured.distribution(0, outputs, state.forPlan(measured.plan()))) {
            assertArrayEquals(measured.step(0, outputs, state.forPlan(measured.plan()), ZEROS).sample().values(), step.mean().values());
            assertTrue(assertThrows(IllegalStateException.class, step::outputWeights).getMessage().contains("measures"));
        }
    }

    @Test
    void a_corrected_estimate_has_a_density_and_no_single_weight() {
        Plan plan = Plan.of(new FirstOrder(new Ancestral(1), true), OrderOfConvergence.grid(STEPS), Parameterization.epsilon(), DataCorrection.clip(1));
        Runs<HostArray> runs = plan.on(HostArrays.HEAP);
        SamplerState<HostArray> state = runs.start(array(ElementType.DOUBLE, 1));
        HostArray output = array(ElementType.DOUBLE, 2);
        try (StepDistribution<HostArray> step = runs.distribution(0, output, state)) {
            assertEquals(step.entropy(Reduction.MEAN)[0] - 0.5, -step.logProb(step.mean(), Reduction.MEAN)[0], 1e-13);
            String reason = assertThrows(IllegalStateException.class, () -> step.regression(output, output, Reduction.MEAN, 1, 1, 1)).getMessage();
            assertTrue(reason.contains("corrected"), reason);
        }
    }

    /** What the network says of the variance is in log-probability, entropy and divergence, element by element. */
    @Test
    void a_learned_variance_is_a_deviation_for_each_element() {
        Plan plan = DiffusersConfig.of("DDPMScheduler").with("variance_type", "learned_range").with("clip_sample", false).scheduler().plan(8);
        Runs<HostArray> runs = plan.on(HostArrays.HEAP);
        SamplerState<HostArray> state = runs.start(array(ElementType.DOUBLE, 1));
        HostArray output = HostArrays.HEAP.make(ElementType.DOUBLE, 3, 4, 4);
        CounterNoise.of(6).fill(NoiseRequest.start(), output);
        HostArray next = array(ElementType.DOUBLE, 7);
        try (StepDistribution<HostArray> step = runs.distribution(0, output, state)) {
            double[] mean = step.mean().values();
            double[] deviation = step.learnedDeviation().orElseThrow().values();
            double[] with = runs.step(0, output, state, ONES).sample().values();
            double[] x = next.values();
            double[] logProb = new double[3];
            double[] entropy = new double[3];
            for (int k = 0; k < mean.length; k++) {
                assertEquals(with[k] - mean[k], deviation[k], 1e-12);
                logProb[k / 8] -= Math.pow((x[k] - mean[k]) / deviation[k], 2) / 2 + Math.log(deviation[k]) + Math.log(2 * Math.PI) / 2;
                entropy[k / 8] += Math.log(2 * Math.PI * Math.E * deviation[k] * deviation[k]) / 2;
            }
            assertArrayEquals(logProb, step.logProb(next, Reduction.SUM), 1e-10);
            assertArrayEquals(entropy, step.entropy(Reduction.SUM), 1e-11);
            assertArrayEquals(new double[3], step.kl(step, Reduction.SUM), 0);
            StepDistribution<HostArray> fixed = StepDistribution.of(HostArrays.HEAP, Rows.SAMPLES, step.mean(), 0.5, 0.6, 0.7);
            assertTrue(Arrays.stream(step.kl(fixed, Reduction.SUM)).allMatch(kl -> kl > 0));
            assertThrows(IllegalStateException.class, step::deviations);
            assertThrows(IllegalStateException.class, () -> step.regression(output, next, Reduction.MEAN, 1, 1, 1));
        }
    }

    /** Where Java does not reach the memory all goes by operations; whatever fails on the way, nothing is left open. */
    @Test
    void arrays_that_are_made_on_the_way_are_closed() {
        Plan plan = DiffusersConfig.of("DDPMScheduler").with("variance_type", "learned_range").with("clip_sample", false).scheduler().plan(8);
        HostArray output = HostArrays.HEAP.make(ElementType.DOUBLE, 3, 4, 4);
        CounterNoise.of(6).fill(NoiseRequest.start(), output);
        closesAll(plan, output);
        for (String solver : List.of("DPM2 ancestral", "SDE-DPM-Solver++ multistep order 2", "SA-Solver order 3 tau 1")) {
            closesAll(runs(solvers().filter(entry -> entry.toString().equals(solver)).findFirst().orElseThrow().of(STEPS), Parameterization.velocity()).plan(), array(ElementType.DOUBLE, 6));
        }
    }

    private static void closesAll(Plan plan, HostArray output) {
        Runs<HostArray> host = plan.on(HostArrays.HEAP);
        StepDistribution<HostArray> expected = host.distribution(0, output, host.startFrom(array(ElementType.DOUBLE, 1)));
        HiddenArrays arrays = new HiddenArrays();
        Runs<INDArray> hidden = plan.on(arrays);
        INDArray u = Nd4j.createFromArray(output.values()).reshape(output.shape());
        SamplerState<INDArray> state = hidden.startFrom(Nd4j.createFromArray(array(ElementType.DOUBLE, 1).values()).reshape(SHAPE));
        int before = arrays.open();
        try (StepDistribution<INDArray> step = hidden.distribution(0, u, state)) {
            assertArrayEquals(expected.mean().values(), arrays.values(step.mean()), 1e-13);
            if (step.learnedDeviation().isPresent() || step.deviations()[0] > 0) {
                assertArrayEquals(expected.logProb(expected.mean(), Reduction.SUM), step.logProb(step.mean(), Reduction.SUM), 1e-12);
                assertArrayEquals(new double[3], step.kl(step, Reduction.SUM));
            }
            if (step.learnedDeviation().isEmpty() && step.deviations()[0] > 0) {
                step.regression(u, step.mean(), Reduction.MEAN, 1, 2, 3).close();
            }
        }
        assertEquals(before, arrays.open());
        for (int calls = 0; calls < 12; calls++) {
            arrays.failAfter(calls);
            try (StepDistribution<INDArray> step = hidden.distribution(0, u, state)) {
                arrays.failAfter(-1);
                assertTrue(calls > 0);
            } catch (IllegalStateException e) {
                assertEquals("no operation today", e.getMessage());
            }
            arrays.failAfter(-1);
            assertEquals(before, arrays.open(), plan + " after " + calls);
        }
    }

    @Test
    void what_is_not_gaussian_is_refused() {
        Runs<HostArray> runs = DiffusersConfig.of("ScoreSdeVeScheduler").scheduler().plan(4).on(HostArrays.HEAP);
        SamplerState<HostArray> state = runs.start(array(ElementType.DOUBLE, 1), CounterNoise.of(1));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> runs.distribution(0, array(ElementType.DOUBLE, 2), state)).getMessage().contains("Langevin"));
    }

    /** Frames of a video have deviations and densities of their own. */
    @Test
    void rows_may_be_of_any_axes() {
        TimeGrid grid = OrderOfConvergence.grid(STEPS);
        Plan plan = Plan.of(new FirstOrder(new Ancestral(1), true), grid, Parameterization.epsilon(), DataCorrection.NONE);
        Runs<HostArray> frames = plan.on(HostArrays.HEAP, Rows.of(0, 2));
        HostArray sample = array(ElementType.DOUBLE, 1);
        SamplerState<HostArray> state = frames.startFrom(sample);
        HostArray output = array(ElementType.DOUBLE, 2);
        try (StepDistribution<HostArray> step = frames.distribution(0, output, state);
                StepDistribution<HostArray> whole = plan.on(HostArrays.HEAP).distribution(0, output, state)) {
            double[] each = step.logProb(sample, Reduction.SUM);
            double[] rows = whole.logProb(sample, Reduction.SUM);
            assertEquals(12, each.length);
            for (int row = 0; row < 3; row++) {
                assertEquals(rows[row], Arrays.stream(each, 4 * row, 4 * row + 4).sum(), 1e-12);
            }
        }
    }
}
