package io.github.diffusion4j.schedules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class BetaScheduleTest {

    @Property(tries = 60, seed = "42")
    void the_cumulative_product_is_the_product_of_the_alphas_and_falls(@ForAll BetaSchedule kind, @ForAll @IntRange(min = 1, max = 300) int size,
            @ForAll @Scale(5) @DoubleRange(min = 1e-5, max = 0.01) double start, @ForAll @Scale(5) @DoubleRange(min = 0.01, max = 0.3) double end) {
        DiscreteSchedule schedule = kind.schedule(size, start, end);
        double[] betas = schedule.betas();
        double[] cumulative = schedule.alphasCumprod();
        BigDecimal product = BigDecimal.ONE;
        for (int t = 0; t < size; t++) {
            product = product.multiply(BigDecimal.ONE.subtract(new BigDecimal(betas[t])), MathContext.DECIMAL64);
            assertEquals(product.doubleValue(), cumulative[t], 1e-12 * product.doubleValue());
            assertTrue(t == 0 || cumulative[t] < cumulative[t - 1], "does not fall at " + t);
            assertEquals(1 - betas[t], schedule.alphas()[t]);
        }
    }

    @Property(tries = 60, seed = "42")
    void levels_preserve_variance_and_tables_agree_with_them(@ForAll BetaSchedule kind, @ForAll @IntRange(min = 2, max = 300) int size) {
        DiscreteSchedule schedule = kind.schedule(size);
        for (int t = 0; t < size; t++) {
            NoiseLevel level = schedule.at(t);
            assertEquals(1, level.alpha() * level.alpha() + level.sigma() * level.sigma(), 1e-15);
            assertEquals(schedule.snr()[t], level.snr(), 1e-12 * level.snr());
            assertEquals(schedule.sigmas()[t], level.edmSigma(), 1e-12 * level.edmSigma());
            assertEquals(Math.log(level.snr()), level.logSnr(), 1e-9);
        }
    }

    @Property(tries = 100, seed = "42")
    void a_time_leads_to_a_level_and_back(@ForAll BetaSchedule kind, @ForAll @IntRange(min = 3, max = 300) int size, @ForAll @Scale(6) @DoubleRange(min = 0, max = 1) double place) {
        DiscreteSchedule schedule = kind.schedule(size);
        double time = place * (size - 1);
        NoiseLevel level = schedule.at(time);
        NoiseLevel back = schedule.atEdmSigma(level.edmSigma());
        assertEquals(time, back.time(), 1e-6 * size);
        assertEquals(level.alpha(), back.alpha(), 1e-12);
    }

    @Property(tries = 60, seed = "42")
    void zero_terminal_snr_ends_at_zero_and_keeps_the_start(@ForAll BetaSchedule kind, @ForAll @IntRange(min = 2, max = 300) int size) {
        DiscreteSchedule schedule = kind.schedule(size);
        DiscreteSchedule rescaled = schedule.withZeroTerminalSnr();
        assertEquals(0, rescaled.alphaCumprod(size - 1));
        assertEquals(schedule.alphaCumprod(0), rescaled.alphaCumprod(0));
        // Algorithm 1 is linear in sqrt(alphaCumprod), so quotients of differences survive.
        double[] before = Arrays.stream(schedule.alphasCumprod()).map(Math::sqrt).toArray();
        double[] after = Arrays.stream(rescaled.alphasCumprod()).map(Math::sqrt).toArray();
        int middle = size / 2;
        assertEquals((before[middle] - before[size - 1]) / (before[0] - before[size - 1]), after[middle] / after[0], 1e-9);
    }

    @Test
    void published_values() {
        // Ho et al., section 4: alphaCumprod(T) is about 4e-5; latent diffusion's last sigma is 14.6146.
        assertEquals(4.0358e-5, BetaSchedule.LINEAR.schedule(1000).alphaCumprod(999), 1e-9);
        double[] sigmas = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012).sigmas();
        assertEquals(14.6146, sigmas[999], 1e-4);
        assertEquals(0.0291672, sigmas[0], 1e-7);
    }

    @Test
    void sigmoid_and_linear_have_their_end_points() {
        assertArrayEquals(new double[] {0.1, 0.2, 0.3}, BetaSchedule.LINEAR.schedule(3, 0.1, 0.3).betas(), 1e-15);
        double sigmoid = 1 / (1 + Math.exp(6));
        assertEquals(0.1 + 0.2 * sigmoid, BetaSchedule.SIGMOID.schedule(3, 0.1, 0.3).betas()[0], 1e-15);
        assertEquals(0.2, BetaSchedule.SIGMOID.schedule(3, 0.1, 0.3).betas()[1], 1e-15);
        // f falls by exp(-12 / T) each step.
        assertEquals(-Math.expm1(-0.012), BetaSchedule.EXPONENTIAL.schedule(1000).betas()[500], 1e-14);
    }

    @Test
    void tables_are_copies() {
        DiscreteSchedule schedule = BetaSchedule.LINEAR.schedule(10);
        schedule.betas()[0] = 7;
        schedule.alphasCumprod()[0] = 7;
        double[] given = {0.1, 0.2};
        DiscreteSchedule own = DiscreteSchedule.ofBetas(given);
        given[0] = 0.9;
        assertEquals(1e-4, schedule.betas()[0]);
        assertEquals(0.9999, schedule.alphasCumprod()[0]);
        assertEquals(0.1, own.betas()[0]);
        assertEquals(schedule, BetaSchedule.LINEAR.schedule(10));
    }

    @Test
    void bad_input_is_refused() {
        says("betas[1] = NaN", () -> DiscreteSchedule.ofBetas(0.1, Double.NaN));
        says("betas[0] = 1", () -> DiscreteSchedule.ofBetas(1, 0.1));
        says("betas[2] = -0.1", () -> DiscreteSchedule.ofBetas(0.1, 0.1, -0.1));
        says("at least one", () -> DiscreteSchedule.ofBetas());
        says("unknown beta schedule 'linea'", () -> BetaSchedule.of("linea"));
        says("squaredcos_cap_v2", () -> BetaSchedule.of("cosine"));
        says("(0, 1)", () -> BetaSchedule.LINEAR.schedule(10, Double.NaN, 0.02));
        says("at least one timestep", () -> BetaSchedule.LINEAR.schedule(0));
        says("timestep 10.0 is out of range", () -> BetaSchedule.LINEAR.schedule(10).at(10));
        says("out of range", () -> BetaSchedule.LINEAR.schedule(10).at(Double.NaN));
        says("outside the schedule's range", () -> BetaSchedule.LINEAR.schedule(10).atEdmSigma(1e9));
        says("no noise level", () -> BetaSchedule.LINEAR.schedule(10).withZeroTerminalSnr().at(8.5));
        says("not a noise level", () -> new NoiseLevel(0, 0, 0));
    }

    static void says(String part, org.junit.jupiter.api.function.Executable action) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, action);
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }
}
