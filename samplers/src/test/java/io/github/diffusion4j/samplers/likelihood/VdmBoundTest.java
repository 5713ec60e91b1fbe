package io.github.diffusion4j.samplers.likelihood;

import static io.github.diffusion4j.samplers.likelihood.GaussianNetwork.array;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VdmBoundTest {

    private static final VdmBound BOUND = new VdmBound(-13.3, 5, 256);

    @Test
    void the_diffusion_loss_of_ten_steps_is_known() {
        double start = VdmBound.stepStart(0.1, 10);
        assertEquals(0, start);
        assertEquals(31.4033, VdmBound.weight(-13.3 + 18.3 * start, -13.3 + 18.3 * (start + 0.1), 10) * 1.2, 1e-4);
    }

    @Test
    void many_steps_are_continuous_time() {
        assertEquals(VdmBound.weight(18.3), VdmBound.weight(1, 1 + 18.3 / 1e8, 100_000_000), 1e-5);
        assertEquals(0.75, VdmBound.stepStart(0.8, 4));
        assertEquals(0.75, VdmBound.stepStart(1, 4));
    }

    @Test
    void little_noise_reads_the_data_off() {
        HostArray data = array(new double[] {1 / 256.0, -255 / 256.0, 255 / 256.0, -1 / 256.0}, 2, 2);
        HostArray noise = array(new double[] {0.4, -1, 2, 0}, 2, 2);
        double[] quiet = BOUND.reconstruction(HostArrays.HEAP, data, noise);
        assertTrue(quiet[0] > 0 && quiet[0] < 0.1 && quiet[1] > 0 && quiet[1] < 0.1, quiet[0] + " and " + quiet[1]);
        double loud = new VdmBound(30, 40, 256).reconstruction(HostArrays.HEAP, data, array(new double[4], 2, 2))[0];
        assertEquals(2 * Math.log(256), loud, 1e-9);
    }

    /** All values' probabilities, from one and the same noised value. */
    @Test
    void the_values_sum_to_one() {
        double deviation = Math.exp(-8.0 / 2);
        VdmBound bound = new VdmBound(-8, 5, 256);
        double[] values = IntStream.range(0, 256).mapToDouble(k -> 2 * (k + 0.5) / 256 - 1).toArray();
        double[] noise = IntStream.range(0, 256).mapToDouble(k -> (0.1234 - values[k]) / deviation).toArray();
        double[] nats = bound.reconstruction(HostArrays.HEAP, array(values, 256, 1), array(noise, 256, 1));
        assertEquals(1, IntStream.range(0, 256).mapToDouble(k -> Math.exp(-nats[k])).sum(), 1e-12);
    }

    @Test
    void the_prior_is_the_divergence_from_pure_noise() {
        HostArray data = array(new double[] {1 / 256.0, -255 / 256.0}, 1, 2);
        double v = 1 / (1 + Math.exp(-5));
        double expected = IntStream.range(0, 2).mapToDouble(i -> 0.5 * ((1 - v) * Math.pow(data.values()[i], 2) + v - Math.log(v) - 1)).sum();
        assertArrayEquals(new double[] {expected}, BOUND.prior(HostArrays.HEAP, data), 1e-15);
    }

    @Test
    void what_means_nothing_is_refused() {
        refused("rises", () -> new VdmBound(5, 5, 256));
        refused("two values", () -> new VdmBound(-5, 5, 1));
        refused("in (0, 1]", () -> VdmBound.stepStart(0, 4));
        HostArray data = array(new double[] {0.3}, 1, 1);
        refused("0.3", () -> BOUND.reconstruction(HostArrays.HEAP, data, data));
        refused("one shape", () -> BOUND.reconstruction(HostArrays.HEAP, data, array(new double[2], 2, 1)));
    }

    private static void refused(String because, org.junit.jupiter.api.function.Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(because), message);
    }
}
