package io.github.diffusion4j.samplers.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class SurvivalTest {

    private static final List<Survival> ALL = List.of(Survival.LINEAR, Survival.LOG_LINEAR, Survival.COSINE, Survival.COSINE_SQUARED, Survival.SINE, Survival.ARCCOS, Survival.GEOMETRIC,
            Survival.geometric(1e-3, 1), Survival.linearSigma(0, 3), Survival.power(2.5), Survival.table(1, 0.9, 0.4, 0.4, 0.1));

    @Property(tries = 300, seed = "42")
    void slopes_are_derivatives_and_times_are_found_again(@ForAll @DoubleRange(min = 0.01, max = 0.99) double time) {
        double h = 1e-6;
        for (Survival survival : ALL) {
            boolean edge = survival instanceof Survival.Table && Math.abs(4 * time - Math.rint(4 * time)) < 5 * h;
            double difference = (survival.alpha(time + h) - survival.alpha(time - h)) / (2 * h);
            assertEquals(difference, edge ? difference : survival.slope(time), 1e-6 * (1 + Math.abs(difference)), survival::toString);
            assertEquals(survival.alpha(time), Math.exp(-survival.sigma(time)), 1e-14, survival::toString);
            assertEquals(-survival.slope(time), survival.rate(time) * survival.alpha(time), 1e-12 * Math.abs(survival.slope(time)) + 1e-300, survival::toString);
            assertEquals(survival.alpha(time), survival.alpha(survival.time(survival.alpha(time))), 1e-12, survival::toString);
            assertTrue(survival.slope(time) <= 0, survival::toString);
        }
    }

    /** Of MDLM's repository. */
    @Test
    void published_numbers() {
        double[] times = {0.1, 0.5, 0.9};
        double[] logLinear = {.1052494107, .6921476802, 2.293625352};
        double[] logLinearRates = {1.10987668, 1.996003996, 9.900891972};
        double[] cosine = {.01237561069, .3461594625, 1.849740144};
        double[] cosineRates = {.2485378093, 1.568575805, 9.854559817};
        for (int k = 0; k < times.length; k++) {
            assertEquals(logLinear[k], Survival.LOG_LINEAR.sigma(times[k]), 1e-9);
            assertEquals(logLinearRates[k], Survival.LOG_LINEAR.rate(times[k]), 1e-8);
            assertEquals(cosine[k], Survival.COSINE.sigma(times[k]), 1e-9);
            assertEquals(cosineRates[k], Survival.COSINE.rate(times[k]), 1e-8);
        }
    }

    @Test
    void what_is_no_schedule_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> Survival.LINEAR.alpha(1.1));
        assertThrows(IllegalArgumentException.class, () -> Survival.table(0.5, 0.6));
        assertThrows(IllegalArgumentException.class, () -> Survival.table(1));
        assertThrows(IllegalArgumentException.class, () -> Survival.geometric(0, 1));
        assertThrows(IllegalArgumentException.class, () -> Survival.linearSigma(2, 1));
        assertThrows(IllegalArgumentException.class, () -> Survival.power(0));
    }
}
