package io.github.diffusion4j.samplers.rewards;

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
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Reduction;
import io.github.diffusion4j.core.plan.Regression;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.StepDistribution;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FlowSde;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Densities are densities, and a regression has the gradient of the loss that it stands for. */
class PolicyLawsTest {

    private static final int ROWS = 3;
    private static final int ELEMENTS = 8;
    private static final Flow FLOW = new Flow(1);
    private static final Runs<HostArray> RUNS = Plan.of(new FirstOrder(FlowSde.ratio(0.7), true), TimeGrid.contiguous(Sigmas.shiftedFlow(3).levels(FLOW, 10), FLOW.at(0)).withCurve(FLOW),
            Parameterization.flow(), DataCorrection.NONE).from(4).on(HostArrays.HEAP);

    private static HostArray array(long seed) {
        HostArray array = HostArrays.HEAP.make(ElementType.DOUBLE, ROWS, 2, 4);
        CounterNoise.of(seed).fill(NoiseRequest.start(), array);
        return array;
    }

    private static HostArray plus(HostArray array, double factor, HostArray other) {
        double[] a = array.values();
        double[] b = other.values();
        HostArray sum = HostArrays.HEAP.make(ElementType.DOUBLE, ROWS, 2, 4);
        sum.fill(IntStream.range(0, a.length).mapToDouble(k -> a[k] + factor * b[k]).toArray());
        return sum;
    }

    private static StepDistribution<HostArray> step(HostArray output, HostArray sample) {
        return RUNS.distribution(0, output, new SamplerState<>(HostArrays.HEAP, 0, sample, sample, java.util.List.of()));
    }

    /** A Gaussian over one place, at many points at once: a row for each. */
    private static double[] density(double mean, double deviation, double... points) {
        HostArray x = HostArray.of(points, points.length, 1);
        HostArray means = HostArray.of(Arrays.stream(points).map(p -> mean).toArray(), points.length, 1);
        return StepDistribution.of(HostArrays.HEAP, Rows.SAMPLES, means, deviation).logProb(x, Reduction.SUM);
    }

    private static double[] points(double mean, double deviation) {
        return IntStream.rangeClosed(-1200, 1200).mapToDouble(i -> mean + 0.01 * i * deviation).toArray();
    }

    @Property(tries = 50, seed = "42")
    void densities_integrate_to_one_and_ratios_average_to_one(@ForAll @DoubleRange(min = -3, max = 3) double mean, @ForAll @DoubleRange(min = 0.01, max = 5) double deviation,
            @ForAll @DoubleRange(min = -1, max = 1) double shift) {
        double[] points = points(mean, deviation);
        double[] old = density(mean, deviation, points);
        double[] now = density(mean + shift * deviation, deviation, points);
        double width = 0.01 * deviation;
        assertEquals(1, Arrays.stream(old).map(Math::exp).sum() * width, 1e-12);
        double ratio = IntStream.range(0, points.length).mapToDouble(k -> Math.exp(old[k]) * Math.exp(now[k] - old[k])).sum() * width;
        assertEquals(1, ratio, 1e-12);
        double[] negative = IntStream.range(0, points.length).mapToDouble(k -> -Math.exp(old[k]) * old[k]).toArray();
        HostArray one = HostArray.of(new double[] {mean}, 1, 1);
        assertEquals(StepDistribution.of(HostArrays.HEAP, Rows.SAMPLES, one, deviation).entropy(Reduction.SUM)[0], Arrays.stream(negative).sum() * width, 1e-10);
    }

    @Property(tries = 50, seed = "42")
    void the_divergence_is_its_integral_and_zero_for_equals_alone(@ForAll @DoubleRange(min = -2, max = 2) double shift, @ForAll @DoubleRange(min = 0.3, max = 3) double other) {
        double[] points = points(0, 1);
        double[] p = density(0, 1, points);
        double[] q = density(shift, other, points);
        StepDistribution<HostArray> one = StepDistribution.of(HostArrays.HEAP, Rows.SAMPLES, HostArray.of(new double[] {0}, 1, 1), 1);
        StepDistribution<HostArray> two = StepDistribution.of(HostArrays.HEAP, Rows.SAMPLES, HostArray.of(new double[] {shift}, 1, 1), other);
        double kl = one.kl(two, Reduction.SUM)[0];
        assertEquals(IntStream.range(0, points.length).mapToDouble(k -> Math.exp(p[k]) * (p[k] - q[k])).sum() * 0.01, kl, 1e-9 * (1 + kl));
        assertTrue(kl >= 0 && (kl > 0 || Math.abs(shift) < 1e-7 && Math.abs(other - 1) < 1e-7));
        assertEquals(0, two.kl(two, Reduction.SUM)[0]);
    }

    @Test
    void own_samples_have_ratio_one_and_a_mean_is_a_sum_by_elements() {
        HostArray sample = array(1);
        HostArray output = array(2);
        HostArray next = array(3);
        try (StepDistribution<HostArray> step = step(output, sample)) {
            assertArrayEquals(new double[] {1, 1, 1}, step.ratios(next, step.logProb(next, Reduction.MEAN), Reduction.MEAN));
            double[] sums = step.logProb(next, Reduction.SUM);
            double[] means = step.logProb(next, Reduction.MEAN);
            IntStream.range(0, ROWS).forEach(row -> assertEquals(sums[row] / ELEMENTS, means[row]));
        }
    }

    /** The slope of a loss of the output along a direction, by central differences, and that of a regression. */
    private static void same(ToDoubleFunction<HostArray> loss, ToDoubleFunction<HostArray> regression, HostArray output) {
        HostArray direction = array(99);
        double h = 1e-5;
        double expected = (loss.applyAsDouble(plus(output, h, direction)) - loss.applyAsDouble(plus(output, -h, direction))) / (2 * h);
        double actual = (regression.applyAsDouble(plus(output, h, direction)) - regression.applyAsDouble(plus(output, -h, direction))) / (2 * h);
        assertEquals(expected, actual, 1e-6 * (1 + Math.abs(expected)));
    }

    private static double mean(double... values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    @Property(tries = 100, seed = "42")
    void the_regression_has_the_gradient_of_the_clipped_loss(@ForAll @IntRange(min = 0, max = 10000) int seed, @ForAll Reduction reduction,
            @ForAll @DoubleRange(min = 0.01, max = 0.5) double range) {
        HostArray sample = array(seed);
        HostArray output = array(seed + 20000);
        HostArray next = plus(step(output, sample).mean(), 0.1, array(seed + 30000));
        double[] old = step(plus(output, 0.05, array(seed + 40000)), sample).logProb(next, reduction);
        double[] advantages = array(seed + 50000).values();
        double[] three = Arrays.copyOf(advantages, ROWS);
        PolicyLoss loss = PolicyLoss.clipped(step(output, sample).logProb(next, reduction), old, three, range);
        boolean onEdge = Arrays.stream(loss.ratios()).anyMatch(ratio -> Math.abs(Math.abs(ratio - 1) - range) < 1e-3);
        if (!onEdge) {
            Regression<HostArray> regression = loss.regression(step(output, sample), output, next, reduction);
            same(u -> PolicyLoss.clipped(step(u, sample).logProb(next, reduction), old, three, range).value(), u -> mean(regression.losses(u)), output);
        }
    }

    @Property(tries = 50, seed = "42")
    void reinforce_and_a_penalty_are_regressions_and_so_is_their_sum(@ForAll @IntRange(min = 0, max = 10000) int seed, @ForAll Reduction reduction) {
        HostArray sample = array(seed);
        HostArray output = array(seed + 20000);
        HostArray next = array(seed + 30000);
        double[] advantages = {1.5, -0.5, 0};
        StepDistribution<HostArray> now = step(output, sample);
        StepDistribution<HostArray> reference = step(array(seed + 40000), sample);
        Regression<HostArray> policy = PolicyLoss.reinforce(now.logProb(next, reduction), advantages).regression(now, output, next, reduction);
        Regression<HostArray> penalty = now.klRegression(output, reference, reduction, 0.1, 0.2, 0);
        ToDoubleFunction<HostArray> reinforce = u -> PolicyLoss.reinforce(step(u, sample).logProb(next, reduction), advantages).value();
        ToDoubleFunction<HostArray> divergence = u -> {
            double[] kl = step(u, sample).kl(reference, reduction);
            return mean(0.1 * kl[0], 0.2 * kl[1], 0);
        };
        same(reinforce, u -> mean(policy.losses(u)), output);
        same(divergence, u -> mean(penalty.losses(u)), output);
        Regression<HostArray> both = policy.plus(penalty, output);
        same(u -> reinforce.applyAsDouble(u) + divergence.applyAsDouble(u), u -> mean(both.losses(u)), output);
        assertEquals(0, both.weights()[2]);
    }

    /** The last step leads to clean data, without noise. */
    @Test
    void a_step_without_noise_has_a_mean_and_nothing_else() {
        Runs<HostArray> last = RUNS.plan().from(5).on(HostArrays.HEAP);
        HostArray sample = array(1);
        try (StepDistribution<HostArray> step = last.distribution(0, array(2), last.startFrom(sample)); StepDistribution<HostArray> noisy = step(array(2), sample)) {
            assertArrayEquals(new double[ROWS], step.deviations());
            for (org.junit.jupiter.api.function.Executable refused : new org.junit.jupiter.api.function.Executable[] {() -> step.logProb(sample, Reduction.SUM), () -> step.entropy(Reduction.SUM),
                () -> step.kl(noisy, Reduction.SUM), () -> noisy.kl(step, Reduction.SUM), () -> step.regression(sample, sample, Reduction.SUM, 1, 1, 1)}) {
                assertTrue(assertThrows(IllegalStateException.class, refused).getMessage().contains("adds no noise"));
            }
        }
    }

    @Test
    void what_does_not_fit_is_refused_by_name() {
        HostArray sample = array(1);
        try (StepDistribution<HostArray> step = step(array(2), sample)) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> step.logProb(HostArray.of(new float[24], ROWS, 2, 4), Reduction.SUM)).getMessage().contains("FLOAT"));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> step.regression(sample, sample, Reduction.SUM, 1)).getMessage().contains("3 rows"));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> step.outputWeights(1)).getMessage().contains("branches 0 to 0"));
            StepDistribution<HostArray> own = StepDistribution.of(HostArrays.HEAP, Rows.SAMPLES, sample, 1);
            assertTrue(assertThrows(IllegalArgumentException.class, () -> own.regression(sample, sample, Reduction.SUM, 1, 1, 1)).getMessage().contains("does not depend"));
        }
        assertThrows(IllegalArgumentException.class, () -> StepDistribution.of(HostArrays.HEAP, Rows.SAMPLES, sample, -1));
        assertThrows(IllegalArgumentException.class, () -> StepDistribution.of(HostArrays.HEAP, Rows.SAMPLES, sample, 1, 2));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> PolicyLoss.clipped(new double[] {1000}, new double[] {0}, new double[] {1}, 0.1)).getMessage().contains("ratio of row 0"));
    }

    @Test
    void what_is_measured_beside_the_loss() {
        PolicyLoss loss = PolicyLoss.clipped(new double[] {0.2, 0, -0.3}, new double[3], new double[] {1, 1, 1}, 0.1);
        assertEquals(2 / 3.0, loss.clipFraction(0.1));
        assertEquals((0.04 + 0.09) / 6, loss.approximateKl(), 1e-15);
        assertArrayEquals(new double[] {0, 1, Math.exp(-0.3)}, loss.coefficients(), 1e-15);
    }
}
