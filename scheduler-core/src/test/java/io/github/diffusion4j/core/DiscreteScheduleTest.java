package io.github.diffusion4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class DiscreteScheduleTest {

    /** A table that is taken has a finite noise level at all timesteps but the last; one that is not names the entry. */
    @Property(tries = 300, seed = "42")
    void only_the_last_timestep_may_hold_no_signal(@ForAll @IntRange(min = 1, max = 2000) int timesteps, @ForAll @DoubleRange(min = 1e-6, max = 0.9999) @Scale(6) double beta) {
        double[] betas = new double[timesteps];
        Arrays.fill(betas, beta);
        try {
            double[] sigmas = DiscreteSchedule.ofBetas(betas).sigmas();
            assertTrue(Arrays.stream(sigmas, 0, timesteps - 1).allMatch(Double::isFinite));
        } catch (IllegalArgumentException e) {
            assertTrue(timesteps * Math.log1p(-beta) < -700, e::getMessage);
            assertTrue(e.getMessage().startsWith("betas["), e::getMessage);
        }
    }

    @Test
    void the_entry_is_named() {
        double[] betas = new double[40];
        Arrays.fill(betas, 0.1);
        Arrays.fill(betas, 10, 40, 1 - 1e-16);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> DiscreteSchedule.ofBetas(betas));
        assertTrue(e.getMessage().startsWith("betas[29] = 0.9999999999999999 leaves"), e::getMessage);
        assertEquals(0, DiscreteSchedule.ofBetas(0.5, 1).alphaCumprod(1));
    }
}
