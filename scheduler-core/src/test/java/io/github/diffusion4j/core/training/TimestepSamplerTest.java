package io.github.diffusion4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.noise.CounterUniform;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TimestepSamplerTest {

    private static final CounterUniform UNIFORM = new CounterUniform(5);

    @Property(tries = 100, seed = "42")
    void stratified_batches_have_one_timestep_in_each_stratum(@ForAll @IntRange(min = 1, max = 200) int batch, @ForAll @IntRange(max = 999) int iteration) {
        double[] t = TimestepSampler.stratified(1000).draw(UNIFORM, iteration, batch).timesteps();
        for (int i = 0; i < batch; i++) {
            assertTrue(t[i] >= Math.floor(1000.0 * i / batch) && t[i] <= 1000.0 * (i + 1) / batch, i + " of " + batch + ": " + t[i]);
        }
    }

    @Property(tries = 100, seed = "42")
    void antithetic_pairs_mirror_each_other(@ForAll @IntRange(min = 1, max = 101) int batch) {
        double[] t = TimestepSampler.antithetic(1000).draw(UNIFORM, 0, batch).timesteps();
        int half = (batch + 1) / 2;
        for (int i = half; i < batch; i++) {
            assertEquals(999, t[i] + t[i - half]);
        }
    }

    /** Chi-square with 9 degrees of freedom; its 1e-6 quantile is 46.0, the seed is fixed. */
    @Test
    void uniform_timesteps_are_uniform() {
        int n = 100_000;
        double[] t = TimestepSampler.uniform(1000).draw(UNIFORM, 3, n).timesteps();
        double chiSquare = IntStream.range(0, 10).mapToDouble(k -> {
            long count = Arrays.stream(t).filter(x -> (int) (x / 100) == k).count();
            return Math.pow(count - n / 10.0, 2) / (n / 10.0);
        }).sum();
        assertTrue(chiSquare < 46.0, "chi-square " + chiSquare);
        assertTrue(Arrays.stream(t).min().orElseThrow() >= 0 && Arrays.stream(t).max().orElseThrow() <= 999);
    }

    @Test
    void draws_are_functions_of_seed_and_iteration() {
        TimestepSampler sampler = TimestepSampler.uniform(1000);
        assertArrayEquals(sampler.draw(UNIFORM, 7, 20).timesteps(), sampler.draw(UNIFORM, 7, 20).timesteps());
        assertTrue(!Arrays.equals(sampler.draw(UNIFORM, 7, 20).timesteps(), sampler.draw(UNIFORM, 8, 20).timesteps()));
    }

    @Test
    void importance_follows_the_losses_and_stays_unbiased() {
        ImportanceSampler sampler = ImportanceSampler.of(4);
        assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, sampler.probabilities());
        ImportanceSampler before = sampler;
        double[] losses = {1, 2, 3, 4};
        for (int k = 0; k < 10; k++) {
            sampler = sampler.updated(new double[] {0, 1, 2, 3}, losses);
        }
        assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, before.probabilities(), "a sampler is a value");
        for (int t = 0; t < 4; t++) {
            assertEquals(0.999 * (t + 1) / 10 + 0.001 / 4, sampler.probabilities()[t], 1e-15);
        }
        int n = 40_000;
        TimestepSampler.Draw draw = sampler.draw(UNIFORM, 0, n);
        // E[weight * loss] over the draw is the plain mean of the losses, 2.5; 5 standard errors.
        double[] terms = IntStream.range(0, n).mapToDouble(i -> draw.weights()[i] * losses[(int) draw.timesteps()[i]]).toArray();
        double mean = Arrays.stream(terms).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(terms).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
        assertEquals(2.5, mean, 5 * deviation / Math.sqrt(n) + 1e-9);
        long third = Arrays.stream(draw.timesteps()).filter(t -> t == 2).count();
        assertEquals(sampler.probabilities()[2], (double) third / n, 5 * Math.sqrt(0.25 / n));
    }

    @Test
    void old_losses_are_forgotten() {
        ImportanceSampler sampler = ImportanceSampler.of(2);
        for (int k = 0; k < 10; k++) {
            sampler = sampler.updated(new double[] {0, 1}, new double[] {100, 1});
        }
        for (int k = 0; k < 10; k++) {
            sampler = sampler.updated(new double[] {0, 1}, new double[] {1, 1});
        }
        assertArrayEquals(new double[] {0.5, 0.5}, sampler.probabilities(), 1e-15);
    }

    @Test
    void bad_input_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> TimestepSampler.uniform(0));
        assertThrows(IllegalArgumentException.class, () -> TimestepSampler.stratified(10).draw(UNIFORM, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> ImportanceSampler.of(3).updated(new double[] {3}, new double[] {1}));
        assertThrows(IllegalArgumentException.class, () -> ImportanceSampler.of(3).updated(new double[] {1}, new double[] {Double.NaN}));
    }

    /** Losses in other units: the same probabilities, to the last bit for powers of two. */
    @Property(tries = 100, seed = "42")
    void probabilities_do_not_depend_on_the_unit_of_losses(@ForAll @IntRange(min = -700, max = 700) int exponent) {
        double[] timesteps = IntStream.range(0, 50).mapToDouble(i -> i % 5).toArray();
        double[] losses = IntStream.range(0, 50).mapToDouble(i -> 1 + i % 7).toArray();
        double[] scaled = Arrays.stream(losses).map(loss -> Math.scalb(loss, exponent)).toArray();
        assertArrayEquals(ImportanceSampler.of(5).updated(timesteps, losses).probabilities(), ImportanceSampler.of(5).updated(timesteps, scaled).probabilities());
    }

    @Test
    void losses_of_any_size_give_probabilities() {
        double[] timesteps = IntStream.range(0, 30).mapToDouble(i -> i % 3).toArray();
        for (double largest : new double[] {1e160, Double.MAX_VALUE, 1e-320, Double.MIN_VALUE}) {
            double[] losses = Arrays.stream(timesteps).map(t -> t == 0 ? largest : 0).toArray();
            double[] p = ImportanceSampler.of(3).updated(timesteps, losses).probabilities();
            assertEquals(1, Arrays.stream(p).sum(), 1e-12);
            assertEquals(0.999 + 0.001 / 3, p[0], 1e-12);
        }
    }

    @Test
    void samplers_are_equal_by_what_they_do() {
        assertEquals(TimestepSampler.uniform(10), TimestepSampler.uniform(10));
        assertEquals("Stratified[timesteps=10]", TimestepSampler.stratified(10).toString());
        assertEquals(ImportanceSampler.of(3).updated(new double[] {1}, new double[] {2}), ImportanceSampler.of(3).updated(new double[] {1}, new double[] {2}));
        assertThrows(IllegalArgumentException.class, () -> new TimestepSampler.Draw(new double[] {1}, new double[] {Double.NaN}));
    }
}
