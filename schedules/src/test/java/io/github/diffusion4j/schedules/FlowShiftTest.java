package io.github.diffusion4j.schedules;

import static io.github.diffusion4j.schedules.BetaScheduleTest.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class FlowShiftTest {

    @Property(tries = 200, seed = "42")
    void a_shift_multiplies_the_odds_and_its_inverse_undoes_it(@ForAll @DoubleRange(min = 0.1, max = 10) double a,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double u) {
        double shifted = FlowShift.shift(a, u);
        assertEquals(a * u / (1 - u), shifted / (1 - shifted), 1e-9 * a / (1 - u));
        assertEquals(u, FlowShift.inverse(a, shifted), 1e-12);
        assertEquals(shifted, FlowShift.shift(Math.sqrt(a), FlowShift.shift(Math.sqrt(a), u)), 1e-12);
    }

    @Property(tries = 100, seed = "42")
    void the_exponential_and_the_linear_form_are_the_same_map(@ForAll @DoubleRange(min = 0.1, max = 2) double mu,
            @ForAll @DoubleRange(min = 0.01, max = 1) double u) {
        assertEquals(Math.exp(mu) / (Math.exp(mu) + (1 / u - 1)), FlowShift.shift(Math.exp(mu), u), 1e-12);
        assertEquals(mu / (mu + (1 / u - 1)), FlowShift.shift(mu, u), 1e-12);
    }

    @Test
    void stretching_moves_the_last_time_only_as_far_as_asked() {
        assertArrayEquals(new double[] {1, 0.55, 0.1}, FlowShift.stretch(new double[] {1, 0.75, 0.5}, 0.1), 1e-15);
        says("cannot be stretched", () -> FlowShift.stretch(new double[] {1, 1}, 0.1));
        says("positive and finite, got 0", () -> FlowShift.shift(0, 0.5));
    }

    @Test
    void published_shifts() {
        // FLUX.1: 256 and 4096 tokens are the two ends of the line; stable diffusion 3: 3 at u = 1/2.
        assertEquals(0.5, DynamicShift.linear(256, 256, 4096, 0.5, 1.15), 1e-15);
        assertEquals(1.15, DynamicShift.linear(4096, 256, 4096, 0.5, 1.15), 1e-15);
        assertEquals(0.75, FlowShift.shift(3, 0.5), 1e-15);
        assertEquals(1.0, DynamicShift.squareRoot(256, 0.25, 0.75), 1e-15);
        // FLUX.2: the fit for 200 steps, the fit for 10 steps, and the fit for long sequences.
        assertEquals(0.00016927 * 4000 + 0.45666666, DynamicShift.empirical(4000, 200), 1e-12);
        assertEquals(8.73809524e-5 * 4000 + 1.89833333, DynamicShift.empirical(4000, 10), 1e-12);
        assertEquals(0.00016927 * 5000 + 0.45666666, DynamicShift.empirical(5000, 10), 1e-12);
    }
}
