package io.github.diffusion4j.schedules;

import static io.github.diffusion4j.schedules.BetaScheduleTest.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SigmaRampTest {

    @Provide
    static Arbitrary<SigmaRamp> ramps() {
        return Arbitraries.of(SigmaRamp.karras(7), SigmaRamp.exponential(), SigmaRamp.polyexponential(1.5), SigmaRamp.beta(0.6, 0.6), SigmaRamp.klOptimal(),
                SigmaRamp.laplace(0, 0.5));
    }

    @Property(tries = 300, seed = "42")
    void a_ramp_falls_from_the_highest_level_to_the_lowest(@ForAll("ramps") SigmaRamp ramp, @ForAll @DoubleRange(min = 1, max = 100) double highest,
            @ForAll @IntRange(min = 2, max = 60) int count) {
        double[] sigmas = ramp.sigmas(highest, 0.01, count);
        assertEquals(count, sigmas.length);
        assertEquals(highest, sigmas[0], 1e-9 * highest);
        assertEquals(0.01, sigmas[count - 1], 1e-12);
        for (int i = 1; i < count; i++) {
            assertTrue(sigmas[i] <= sigmas[i - 1], "rises at " + i + ": " + Arrays.toString(sigmas));
        }
    }

    /** In either direction and whatever the formula rounds to; quantiles of Laplace's distribution need not fill the range. */
    @Property(tries = 2000, seed = "42")
    void the_ends_are_those_that_were_given(@ForAll("ramps") SigmaRamp ramp, @ForAll @DoubleRange(min = 0.01, max = 100) double one, @ForAll @DoubleRange(min = 0.01, max = 100) double other,
            @ForAll @IntRange(min = 2, max = 60) int count) {
        if (ramp instanceof SigmaRamp.Laplace) {
            return;
        }
        double[] sigmas = ramp.sigmas(one, other, count);
        assertEquals(one, sigmas[0]);
        assertEquals(other, sigmas[count - 1]);
        assertTrue(Arrays.stream(sigmas).allMatch(sigma -> sigma >= Math.min(one, other) && sigma <= Math.max(one, other)), () -> Arrays.toString(sigmas));
    }

    @Property(tries = 60, seed = "42")
    void a_single_level_is_the_highest(@ForAll("ramps") SigmaRamp ramp, @ForAll @DoubleRange(min = 1, max = 100) double highest) {
        assertArrayEquals(new double[] {highest}, ramp.sigmas(highest, 0.01, 1), 1e-9 * highest);
    }

    /** Each ramp has equal steps in its own coordinate. */
    @Property(tries = 100, seed = "42")
    void steps_are_equal_in_the_coordinate_of_the_ramp(@ForAll @IntRange(min = 4, max = 40) int count) {
        equalSteps(Arrays.stream(SigmaRamp.karras(5).sigmas(80, 0.002, count)).map(s -> Math.pow(s, 1 / 5.0)).toArray());
        equalSteps(Arrays.stream(SigmaRamp.exponential().sigmas(80, 0.002, count)).map(Math::log).toArray());
        equalSteps(Arrays.stream(SigmaRamp.klOptimal().sigmas(80, 0.002, count)).map(Math::atan).toArray());
        // Without the last level, where the root of a rounding error says nothing.
        equalSteps(Arrays.stream(SigmaRamp.polyexponential(2).sigmas(80, 0.002, count)).limit(count - 1).map(s -> Math.sqrt(Math.log(s / 0.002))).toArray());
    }

    private static void equalSteps(double[] values) {
        double step = (values[values.length - 1] - values[0]) / (values.length - 1);
        for (int i = 1; i < values.length; i++) {
            assertEquals(step, values[i] - values[i - 1], 1e-7 * Math.abs(step), "step " + i);
        }
    }

    @Test
    void karras_with_rho_1_is_linear_and_polyexponential_with_rho_1_is_exponential() {
        assertArrayEquals(new double[] {9, 7, 5, 3, 1}, SigmaRamp.karras(1).sigmas(9, 1, 5), 1e-14);
        assertArrayEquals(SigmaRamp.exponential().sigmas(9, 1, 5), SigmaRamp.polyexponential(1).sigmas(9, 1, 5), 1e-14);
        assertArrayEquals(new double[] {8, 4, 2, 1}, SigmaRamp.exponential().sigmas(8, 1, 4), 1e-14);
    }

    /** Quantiles from scipy.stats.beta.ppf 1.17.1 at 0.001, 0.1, 0.25, 0.5, 0.75, 0.9 and 0.999. */
    @Test
    void beta_quantiles_are_those_of_scipy() {
        double[] places = {0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999};
        quantiles(0.6, 0.6, places, 1.855873851745199e-05, 0.03958440558878085, 0.17568037865269498, 0.5000000000000001, 0.824319621347305, 0.9604155944112192,
                0.9999814412614826);
        quantiles(0.5, 0.7, places, 1.569752374777285e-06, 0.01564821509668684, 0.09617666129459618, 0.3610839131320438, 0.719285640836464, 0.9188348842782802,
                0.9998844141222141);
        quantiles(2, 3, places, 0.013022947370814273, 0.14255931671003072, 0.24302208375607628, 0.3857275681323895, 0.5436782854190803, 0.6795394162781817,
                0.9359618608971666);
    }

    /** A ramp from 1 to nothing shows the quantiles themselves; place p is number 1000 (1 - p) of 1001. */
    private static void quantiles(double a, double b, double[] places, double... expected) {
        double[] ramp = SigmaRamp.beta(a, b).sigmas(1, 0, 1001);
        for (int i = 0; i < places.length; i++) {
            assertEquals(expected[i], ramp[(int) Math.rint(1000 * (1 - places[i]))], 1e-10 * expected[i], "beta(" + a + ", " + b + ") at " + places[i]);
        }
    }

    @Test
    void bad_input_is_refused() {
        for (SigmaRamp ramp : List.of(SigmaRamp.karras(7), SigmaRamp.exponential(), SigmaRamp.beta(1, 2), SigmaRamp.klOptimal(), SigmaRamp.laplace(0, 1))) {
            says("at least one level, got 0", () -> ramp.sigmas(1, 0.1, 0));
        }
        says("rho must be positive and finite, got 0", () -> SigmaRamp.karras(0));
        says("rho", () -> SigmaRamp.polyexponential(Double.NaN));
        says("alpha must be positive", () -> SigmaRamp.beta(-1, 1));
        says("beta must be positive", () -> SigmaRamp.beta(1, 0));
        says("b must be positive", () -> SigmaRamp.laplace(0, 0));
    }
}
