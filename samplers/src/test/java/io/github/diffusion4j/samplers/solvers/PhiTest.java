package io.github.diffusion4j.samplers.solvers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PhiTest {

    /** {@code phi_k(z) = Int_0^1 e^((1 - u) z) u^(k - 1) / (k - 1)! du}, by Simpson's rule with 2000 intervals. */
    @Property(tries = 200, seed = "42")
    void phi_is_its_integral(@ForAll @IntRange(min = 1, max = 4) int k, @ForAll @DoubleRange(min = -8, max = 8) double z) {
        int n = 2000;
        double sum = 0;
        for (int i = 0; i <= n; i++) {
            double u = (double) i / n;
            double weight = i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.exp((1 - u) * z) * Math.pow(u, k - 1) / Phi.factorial(k - 1);
        }
        double expected = sum / (3 * n);
        assertEquals(expected, Phi.of(k, z), 1e-11 * expected);
    }

    @Test
    void the_ends() {
        assertEquals(Math.exp(2.5), Phi.of(0, 2.5));
        assertEquals(Math.exp(0.25), Phi.of(0, 0.25), 1e-15);
        assertEquals(1 / 6.0, Phi.of(3, 0), 1e-16);
        assertEquals(0, Phi.of(2, Double.NEGATIVE_INFINITY));
        assertEquals(24, Phi.factorial(4));
    }
}
