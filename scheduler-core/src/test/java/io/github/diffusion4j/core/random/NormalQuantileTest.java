package io.github.diffusion4j.core.random;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalQuantileTest {

    /** Tables of the normal distribution. */
    @ParameterizedTest
    @CsvSource({"0.5, 0", "0.25, 0.674489750196081743", "0.075, 1.43953147093845566", "0.025, 1.95996398454005424", "0.001, 3.09023230616781354",
        "1e-6, 4.75342430882289895", "1e-9, 5.99780701500768765"})
    void quantiles_are_those_of_tables(double p, double z) {
        assertEquals(z, NormalQuantile.upper(p), 1e-14 * Math.max(1, z));
    }

    /** Words of every octave, the ends of pieces among them. */
    @Test
    void cubics_err_by_less_than_two_hundred_millionths() {
        for (int octave = 0; octave < 31; octave++) {
            for (int i = 0; i < 512; i++) {
                int word = (int) ((1L << octave) + (i * (1L << octave) >> 9));
                double z = NormalQuantile.upper((word + 0.5) * 0x1p-32);
                assertEquals(z, NormalQuantile.of(word), 2e-8);
                assertEquals(-z, NormalQuantile.of(word | Integer.MIN_VALUE), 2e-8);
            }
        }
        assertEquals(NormalQuantile.upper(0x1p-33), NormalQuantile.of(0), 2e-8);
    }

    /** Moments under the discrete distribution of words, by a grid over all of them: what sampling cannot see. */
    @Test
    void moments_to_order_eight_are_exact() {
        double[] expected = {1, 3, 15, 105};
        for (int k = 1; k <= 4; k++) {
            int power = 2 * k;
            double moment = IntStream.range(0, 1 << 20).mapToDouble(i -> Math.pow(NormalQuantile.of((i << 11) + 1024), power)).average().orElseThrow();
            assertEquals(expected[k - 1], moment, 2e-3 * expected[k - 1], "moment " + power);
        }
    }
}
