package io.github.diffusion4j.core.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.noise.NoiseRequest.Interval;
import io.github.diffusion4j.core.noise.NoiseRequest.Stream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Statistics of the default noise and of Brownian noise. Seeds are fixed, so a test that passes passes always. The bounds are 5 standard errors where a statistic is
 * normal (6e-7 each by chance) and quantiles of 1e-6 for Kolmogorov-Smirnov and chi-square; with about 60 statistics a right generator with fresh seeds would fail
 * this class less than once in 20,000 times.
 */
class NoiseQualityTest {

    private static final int N = 1 << 20;

    private static double[] draw(NoiseSource source, NoiseRequest request, long... shape) {
        return source.draw(request, DataType.DOUBLE, shape).data().asDouble();
    }

    private static Map<String, double[]> sources() {
        Map<String, double[]> sources = new LinkedHashMap<>();
        sources.put("start", draw(CounterNoise.of(2026), NoiseRequest.start(), 1, N));
        sources.put("many small samples", draw(CounterNoise.of(2026), NoiseRequest.step(7), N / 16, 16));
        sources.put("Brownian", draw(BrownianNoise.of(2026), new NoiseRequest(Stream.STEP, 0, 0, new Interval(3.1, 2.7)), 1, N));
        return sources;
    }

    /** E z^k and the variance of z^k, E z^2k - (E z^k)^2, with E z^k = (k - 1)!! for even k. */
    @Test
    void moments_to_order_eight() {
        sources().forEach((name, z) -> {
            for (int k = 1; k <= 8; k++) {
                int power = k;
                double expected = k % 2 == 1 ? 0 : doubleFactorial(k - 1);
                double error = Math.sqrt((doubleFactorial(2 * k - 1) - expected * expected) / N);
                assertEquals(expected, Arrays.stream(z).map(x -> Math.pow(x, power)).average().orElseThrow(), 5 * error, name + ", moment " + k);
            }
        });
    }

    private static double doubleFactorial(int n) {
        return n <= 1 ? 1 : n * doubleFactorial(n - 2);
    }

    /** P(D > x / sqrt(n)) is about 2 exp(-2 x^2), 1e-6 at x = 2.693. */
    @Test
    void kolmogorov_smirnov() {
        sources().forEach((name, z) -> {
            double[] sorted = Arrays.stream(z).sorted().toArray();
            double distance = IntStream.range(0, N).mapToDouble(i -> {
                double p = distribution(sorted[i]);
                return Math.max(p - (double) i / N, (double) (i + 1) / N - p);
            }).max().orElseThrow();
            assertTrue(distance * Math.sqrt(N) < 2.693, () -> name + ": " + distance * Math.sqrt(N));
        });
    }

    /** 256 cells of equal probability: 255 degrees of freedom, 378 is the quantile of 1e-6. */
    @Test
    void chi_square() {
        sources().forEach((name, z) -> {
            int[] cells = new int[256];
            Arrays.stream(z).forEach(x -> cells[Math.min(255, (int) (256 * distribution(x)))]++);
            double expected = N / 256.0;
            double statistic = Arrays.stream(cells).mapToDouble(count -> (count - expected) * (count - expected) / expected).sum();
            assertTrue(statistic < 378, () -> name + ": " + statistic);
        });
    }

    /** Pairs of neighbours over 16 x 16 cells: 255 degrees of freedom. */
    @Test
    void neighbours_are_independent() {
        sources().forEach((name, z) -> {
            int[] cells = new int[256];
            for (int i = 0; i < N; i += 2) {
                cells[16 * Math.min(15, (int) (16 * distribution(z[i]))) + Math.min(15, (int) (16 * distribution(z[i + 1])))]++;
            }
            double expected = N / 512.0;
            double statistic = Arrays.stream(cells).mapToDouble(count -> (count - expected) * (count - expected) / expected).sum();
            assertTrue(statistic < 378, () -> name + ": " + statistic);
        });
    }

    @Test
    void streams_samples_steps_seeds_and_places_are_uncorrelated() {
        int n = 1 << 16;
        Map<String, double[]> draws = new LinkedHashMap<>();
        draws.put("start", draw(CounterNoise.of(7), NoiseRequest.start(), 1, n));
        draws.put("step 0", draw(CounterNoise.of(7), NoiseRequest.step(0), 1, n));
        draws.put("step 1", draw(CounterNoise.of(7), NoiseRequest.step(1), 1, n));
        draws.put("second draw", draw(CounterNoise.of(7), new NoiseRequest(Stream.STEP, 0, 1, Interval.NONE), 1, n));
        draws.put("training", draw(CounterNoise.of(7), NoiseRequest.forward(0), 1, n));
        draws.put("sample 1", draw(CounterNoise.of(7).forSamples(1), NoiseRequest.start(), 1, n));
        draws.put("seed 8", draw(CounterNoise.of(8), NoiseRequest.start(), 1, n));
        draws.put("seed 7 + 2^32", draw(CounterNoise.of(7 + (1L << 32)), NoiseRequest.start(), 1, n));
        draws.put("Brownian", draw(BrownianNoise.of(7), new NoiseRequest(Stream.STEP, 0, 0, new Interval(1, 0.9)), 1, n));
        draws.put("Brownian later", draw(BrownianNoise.of(7), new NoiseRequest(Stream.STEP, 0, 0, new Interval(0.9, 0.5)), 1, n));
        double bound = 5 / Math.sqrt(n);
        draws.forEach((a, x) -> draws.forEach((b, y) -> {
            for (int shift : new int[] {0, 1, 256, 1024}) {
                if (shift > 0 || a.compareTo(b) < 0) {
                    double correlation = IntStream.range(0, n).mapToDouble(i -> x[i] * y[(i + shift) % n]).average().orElseThrow();
                    assertEquals(0, correlation, bound, a + " and " + b + ", " + shift + " places on");
                }
            }
        }));
    }

    /** The distribution function by Marsaglia's series, Journal of Statistical Software 11, 2004. */
    private static double distribution(double x) {
        if (Math.abs(x) > 7) {
            return x > 0 ? 1 : 0;
        }
        double sum = x;
        double term = x;
        for (int i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    }
}
