package io.github.diffusion4j.core.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.noise.NoiseRequest.Interval;
import io.github.diffusion4j.core.noise.NoiseRequest.Stream;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class BrownianNoiseTest {

    private static double time(double sigma) {
        return sigma == Double.POSITIVE_INFINITY ? 1 : sigma / (1 + sigma);
    }

    private static double[] draw(NoiseSource source, double from, double to, long... shape) {
        return source.draw(new NoiseRequest(Stream.STEP, 0, 0, new Interval(from, to)), DataType.DOUBLE, shape).data().asDouble();
    }

    private static double[] increment(NoiseSource source, double from, double to, long... shape) {
        double length = Math.sqrt(Math.abs(time(to) - time(from)));
        return Arrays.stream(draw(source, from, to, shape)).map(z -> z * length).toArray();
    }

    @Property(tries = 60, seed = "42")
    void increments_add_up(@ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 20) double a, @ForAll @DoubleRange(min = 0.01, max = 20) double b,
            @ForAll @DoubleRange(min = 0.01, max = 20) double c) {
        if (a == b || b == c || a == c) {
            return;
        }
        assertAddsUp(BrownianNoise.of(seed), a, b, c, 1, 5);
    }

    private static void assertAddsUp(NoiseSource source, double a, double b, double c, long... shape) {
        double[] ab = increment(source, a, b, shape);
        double[] bc = increment(source, b, c, shape);
        double[] ac = increment(source, a, c, shape);
        for (int i = 0; i < ac.length; i++) {
            double rounding = 0x1p-24 * (Math.abs(ab[i]) + Math.abs(bc[i]) + Math.abs(ac[i]));
            assertEquals(ac[i], ab[i] + bc[i], rounding + 1e-12, "each increment is a float");
        }
    }

    @Test
    void twenty_and_forty_steps_follow_one_path() {
        for (int i = 0; i < 20; i++) {
            assertAddsUp(BrownianNoise.of(3), 14.6 * (20 - i) / 20, 14.6 * (39 - 2 * i) / 40, 14.6 * (19 - i) / 20, 2, 7);
        }
    }

    @Property(tries = 30, seed = "42")
    void a_row_does_not_know_its_batch(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int batch, @ForAll @IntRange(min = 1, max = 1500) int length) {
        double[] all = draw(BrownianNoise.of(seed), 2, 1, batch, length);
        double[] last = draw(BrownianNoise.of(CounterNoise.of(seed).forSamples(batch - 1)), 2, 1, 1, length);
        assertArrayEquals(Arrays.copyOfRange(all, (batch - 1) * length, batch * length), last);
    }

    /** Correlation of increments over nested stretches: the root of the ratio of lengths. 5 standard errors, 6e-7 by chance; the seed is fixed. */
    @Test
    void overlapping_draws_are_correlated_as_increments_are() {
        int n = 1 << 18;
        double[] part = draw(BrownianNoise.of(11), 4, 3, 1, n);
        double[] whole = draw(BrownianNoise.of(11), 4, 1, 1, n);
        double expected = Math.sqrt((time(4) - time(3)) / (time(4) - time(1)));
        double correlation = IntStream.range(0, n).mapToDouble(i -> part[i] * whole[i]).average().orElseThrow();
        assertEquals(expected, correlation, 5 * Math.sqrt((1 + expected * expected) / n));
    }

    @Test
    void the_path_reaches_from_data_to_pure_noise() {
        assertAddsUp(BrownianNoise.of(1), Double.POSITIVE_INFINITY, 1, 0, 1, 4);
    }

    @Test
    void a_stretch_of_length_zero_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> draw(BrownianNoise.of(1), 2, 2, 1, 3));
    }

    /** Wherever it is and however short: variance 1, or a refusal where it is shorter than two millionths of its noise level. 6 standard errors, 2e-9 by chance; the seed is fixed. */
    @Property(tries = 150, seed = "42")
    void every_draw_has_variance_one_or_is_refused(@ForAll @DoubleRange(min = -8, max = 8) double exponent, @ForAll @DoubleRange(min = -10, max = 0) double shortness, @ForAll long seed) {
        double from = Math.pow(10, exponent);
        double to = from * (1 - 0.5 * Math.pow(10, shortness));
        int n = 1 << 13;
        double[] drawn;
        try {
            drawn = draw(BrownianNoise.of(seed), from, to, 1, n);
        } catch (IllegalArgumentException e) {
            assertTrue(1 - to / from < 8e-6, from + " to " + to + ": " + e.getMessage());
            return;
        }
        double variance = Arrays.stream(drawn).map(z -> z * z).average().orElseThrow();
        assertEquals(1, variance, 6 * Math.sqrt(2.0 / n), from + " to " + to);
    }

    /** Steps of a hundred-thousandth of the noise level follow one path too, at low noise and at high. */
    @Property(tries = 60, seed = "42")
    void short_increments_add_up(@ForAll @DoubleRange(min = -6, max = 6) double exponent, @ForAll @DoubleRange(min = 0.00005, max = 0.2) @Scale(5) double part) {
        double a = Math.pow(10, exponent);
        double b = a * (1 - part);
        double c = b * (1 - part);
        assertAddsUp(BrownianNoise.of(8), a, b, c, 1, 5);
    }

    @Test
    void neighbouring_short_stretches_are_independent() {
        int n = 1 << 16;
        double[] first = draw(BrownianNoise.of(2), 1e-6, 0.99997e-6, 1, n);
        double[] second = draw(BrownianNoise.of(2), 0.99997e-6, 0.99994e-6, 1, n);
        assertEquals(0, IntStream.range(0, n).mapToDouble(i -> first[i] * second[i]).average().orElseThrow(), 5 / Math.sqrt(n));
    }
}
