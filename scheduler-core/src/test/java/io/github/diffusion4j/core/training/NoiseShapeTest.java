package io.github.diffusion4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NoiseShapeTest {

    private static final NoiseShape.Draws DRAWS = new NoiseShape.Draws() {
        @Override
        public double[] normals(int draw, int sample, int count) {
            HostArray numbers = HostArray.of(new double[count], 1, count);
            CounterNoise.of(77).forSamples(sample).fill(NoiseRequest.step(draw), numbers);
            return numbers.values();
        }

        @Override
        public double uniform(int draw, int sample) {
            return new CounterUniform(78).at(draw, sample);
        }
    };

    private static HostArray white(int seed, long... shape) {
        HostArray noise = HostArray.of(new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)], shape);
        CounterNoise.of(seed).fill(NoiseRequest.start(), noise);
        return noise;
    }

    private static double[] shaped(NoiseShape shape, HostArray noise, HostArray data) {
        shape.shape(noise, data, DRAWS);
        return noise.values();
    }

    private static double variance(double... values) {
        return Arrays.stream(values).map(x -> x * x).average().orElseThrow();
    }

    @Test
    void white_noise_is_untouched() {
        assertArrayEquals(white(1, 3, 2, 4, 4).values(), shaped(NoiseShape.white(), white(1, 3, 2, 4, 4), white(2, 3, 2, 4, 4)), 0);
        assertArrayEquals(white(1, 3, 2, 4, 4).values(), shaped(NoiseShape.offset(0), white(1, 3, 2, 4, 4), white(2, 3, 2, 4, 4)), 0);
    }

    /**
     * 20,000 channels of 16 elements, c = 0.5. An element has variance 1 + c^2, a channel's mean 1/16 + c^2: the mean of a channel is normal, so the estimate of its variance has the relative
     * deviation sqrt(2 / 20,000) = 1 %. Six deviations: a false alarm in 10^9 seeds, and the seed is fixed.
     */
    @Test
    void offset_noise_has_the_moments_of_its_parts() {
        int channels = 20_000;
        double[] values = shaped(NoiseShape.offset(0.5), white(1, channels / 2, 2, 4, 4), white(2, channels / 2, 2, 4, 4));
        double[] means = IntStream.range(0, channels).mapToDouble(c -> Arrays.stream(values, 16 * c, 16 * c + 16).average().orElseThrow()).toArray();
        assertEquals(1 / 16.0 + 0.25, variance(means), 0.06 * (1 / 16.0 + 0.25));
        assertEquals(1.25, variance(values), 0.06 * 1.25);
        assertEquals(0, Arrays.stream(means).average().orElseThrow(), 6 * Math.sqrt(0.3125 / channels));
    }

    @Test
    void the_strength_follows_the_brightness() {
        HostArray dark = HostArray.of(new double[16], 1, 1, 4, 4);
        HostArray bright = HostArray.of(IntStream.range(0, 16).mapToDouble(i -> -2).toArray(), 1, 1, 4, 4);
        assertArrayEquals(shaped(NoiseShape.offset(0.1), white(1, 1, 1, 4, 4), dark), shaped(NoiseShape.offset(0.1, 0.3), white(1, 1, 1, 4, 4), dark), 1e-15);
        assertArrayEquals(shaped(NoiseShape.offset(0.7), white(1, 1, 1, 4, 4), bright), shaped(NoiseShape.offset(0.1, 0.3), white(1, 1, 1, 4, 4), bright), 1e-15);
    }

    @Test
    void pyramid_noise_has_unit_deviation_in_each_sample() {
        double[] values = shaped(NoiseShape.pyramid(0.4, 6), white(1, 5, 3, 8, 6), white(2, 5, 3, 8, 6));
        int length = 3 * 8 * 6;
        for (int sample = 0; sample < 5; sample++) {
            double[] own = Arrays.copyOfRange(values, sample * length, (sample + 1) * length);
            double mean = Arrays.stream(own).average().orElseThrow();
            assertEquals(1, Arrays.stream(own).map(v -> (v - mean) * (v - mean)).sum() / (length - 1), 1e-12);
        }
    }

    /** In every bit: a sample alone, and with neighbours that are other data and other noise. */
    @Test
    void a_sample_does_not_know_its_neighbours() {
        for (NoiseShape shape : List.of(NoiseShape.offset(0.1), NoiseShape.offset(0.1, 0.2), NoiseShape.pyramid(0.4, 6))) {
            double[] both = shaped(shape, white(1, 2, 3, 8, 8), white(2, 2, 3, 8, 8));
            double[] alone = shaped(shape, white(1, 1, 3, 8, 8), white(2, 1, 3, 8, 8));
            assertArrayEquals(alone, Arrays.copyOf(both, alone.length), 0, shape.toString());
        }
    }

    @Test
    void bad_shapes_are_refused() {
        assertThrows(IllegalArgumentException.class, () -> NoiseShape.offset(-1));
        assertThrows(IllegalArgumentException.class, () -> NoiseShape.offset(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> NoiseShape.pyramid(0, 3));
        assertThrows(IllegalArgumentException.class, () -> NoiseShape.pyramid(0.4, 0));
        assertThrows(IllegalArgumentException.class, () -> shaped(NoiseShape.pyramid(0.4, 3), white(1, 2, 3), white(1, 2, 3)));
        assertThrows(IllegalArgumentException.class, () -> shaped(NoiseShape.offset(0.4), white(1, 2), white(1, 2)));
    }
}
