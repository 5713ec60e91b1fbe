package io.github.diffusion4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.noise.CounterUniform;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LevelSamplerTest {

    private static final DiscreteSchedule THOUSAND = table(1000);

    private static DiscreteSchedule table(int timesteps) {
        return DiscreteSchedule.ofBetas(IntStream.range(0, timesteps).mapToDouble(t -> 1e-3 + 1e-5 * t).toArray());
    }

    private static double[] timesteps(Uniforms uniforms, int iteration, int batch) {
        return times(LevelSampler.uniform(THOUSAND).draw(uniforms, UNIFORM, iteration, batch));
    }

    private static double[] times(DrawnLevels drawn) {
        return drawn.levels().stream().mapToDouble(NoiseLevel::time).toArray();
    }

    private static final CounterUniform UNIFORM = new CounterUniform(5);

    @Property(tries = 100, seed = "42")
    void stratified_batches_have_one_timestep_in_each_stratum(@ForAll @IntRange(min = 1, max = 200) int batch, @ForAll @IntRange(max = 999) int iteration) {
        double[] t = timesteps(Uniforms.stratified(), iteration, batch);
        for (int i = 0; i < batch; i++) {
            assertTrue(t[i] >= Math.floor(1000.0 * i / batch) && t[i] <= 1000.0 * (i + 1) / batch, i + " of " + batch + ": " + t[i]);
        }
    }

    @Property(tries = 100, seed = "42")
    void antithetic_pairs_mirror_each_other(@ForAll @IntRange(min = 1, max = 101) int batch) {
        double[] t = timesteps(Uniforms.antithetic(), 0, batch);
        int half = (batch + 1) / 2;
        for (int i = half; i < batch; i++) {
            assertEquals(999, t[i] + t[i - half]);
        }
    }

    /** Chi-square with 9 degrees of freedom; its 1e-6 quantile is 46.0, the seed is fixed. */
    @Test
    void uniform_timesteps_are_uniform() {
        int n = 100_000;
        double[] t = timesteps(Uniforms.independent(), 3, n);
        double chiSquare = IntStream.range(0, 10).mapToDouble(k -> {
            long count = Arrays.stream(t).filter(x -> (int) (x / 100) == k).count();
            return Math.pow(count - n / 10.0, 2) / (n / 10.0);
        }).sum();
        assertTrue(chiSquare < 46.0, "chi-square " + chiSquare);
        assertTrue(Arrays.stream(t).min().orElseThrow() >= 0 && Arrays.stream(t).max().orElseThrow() <= 999);
    }

    @Test
    void draws_are_functions_of_seed_and_iteration() {
        for (Uniforms uniforms : List.of(Uniforms.independent(), Uniforms.stratified(), Uniforms.antithetic(), Uniforms.lowDiscrepancy())) {
            assertArrayEquals(timesteps(uniforms, 7, 20), timesteps(uniforms, 7, 20));
            assertTrue(!Arrays.equals(timesteps(uniforms, 7, 20), timesteps(uniforms, 8, 20)));
        }
    }

    @Test
    void importance_follows_the_losses_and_stays_unbiased() {
        ImportanceSampler sampler = ImportanceSampler.of(table(4));
        assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, sampler.probabilities());
        ImportanceSampler before = sampler;
        double[] losses = {1, 2, 3, 4};
        for (int k = 0; k < 10; k++) {
            sampler = sampler.updated(new double[] {0, 1, 2, 3}, losses);
        }
        assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, before.probabilities(), "a sampler is a value");
        for (int k = 0; k < 4; k++) {
            assertEquals(0.999 * (k + 1) / 10 + 0.001 / 4, sampler.probabilities()[k], 1e-15);
        }
        int n = 40_000;
        DrawnLevels draw = sampler.draw(Uniforms.independent(), UNIFORM, 0, n);
        // E[weight * loss] over the draw is the plain mean of the losses, 2.5; 5 standard errors.
        double[] t = times(draw);
        double[] terms = IntStream.range(0, n).mapToDouble(i -> draw.weights()[i] * losses[(int) t[i]]).toArray();
        double mean = Arrays.stream(terms).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(terms).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
        assertEquals(2.5, mean, 5 * deviation / Math.sqrt(n) + 1e-9);
        long third = Arrays.stream(t).filter(time -> time == 2).count();
        assertEquals(sampler.probabilities()[2], (double) third / n, 5 * Math.sqrt(0.25 / n));
    }

    @Test
    void old_losses_are_forgotten() {
        ImportanceSampler sampler = ImportanceSampler.of(table(2));
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
        assertThrows(IllegalArgumentException.class, () -> timesteps(Uniforms.stratified(), 0, 0));
        assertThrows(IllegalArgumentException.class, () -> Uniforms.stratified().inGroup(2, 2));
        assertThrows(IllegalArgumentException.class, () -> LevelSampler.table(List.of(NoiseLevel.clean(0)), -1));
        assertThrows(IllegalArgumentException.class, () -> LevelSampler.table(List.of(), 1));
        assertThrows(IllegalArgumentException.class, () -> ImportanceSampler.of(table(3)).updated(new double[] {3}, new double[] {1}));
        assertThrows(IllegalArgumentException.class, () -> ImportanceSampler.of(table(3)).updated(new double[] {1}, new double[] {Double.NaN}));
    }

    /** Losses in other units: the same probabilities, to the last bit for powers of two. */
    @Property(tries = 100, seed = "42")
    void probabilities_do_not_depend_on_the_unit_of_losses(@ForAll @IntRange(min = -700, max = 700) int exponent) {
        double[] timesteps = IntStream.range(0, 50).mapToDouble(i -> i % 5).toArray();
        double[] losses = IntStream.range(0, 50).mapToDouble(i -> 1 + i % 7).toArray();
        double[] scaled = Arrays.stream(losses).map(loss -> Math.scalb(loss, exponent)).toArray();
        assertArrayEquals(ImportanceSampler.of(table(5)).updated(timesteps, losses).probabilities(), ImportanceSampler.of(table(5)).updated(timesteps, scaled).probabilities());
    }

    @Test
    void losses_of_any_size_give_probabilities() {
        double[] timesteps = IntStream.range(0, 30).mapToDouble(i -> i % 3).toArray();
        for (double largest : new double[] {1e160, Double.MAX_VALUE, 1e-320, Double.MIN_VALUE}) {
            double[] losses = Arrays.stream(timesteps).map(t -> t == 0 ? largest : 0).toArray();
            double[] p = ImportanceSampler.of(table(3)).updated(timesteps, losses).probabilities();
            assertEquals(1, Arrays.stream(p).sum(), 1e-12);
            assertEquals(0.999 + 0.001 / 3, p[0], 1e-12);
        }
    }

    @Test
    void samplers_are_equal_by_what_they_do() {
        assertEquals(LevelSampler.uniform(table(10)), LevelSampler.uniform(table(10)));
        assertEquals(ImportanceSampler.of(table(3)).updated(new double[] {1}, new double[] {2}), ImportanceSampler.of(table(3)).updated(new double[] {1}, new double[] {2}));
        assertThrows(IllegalArgumentException.class, () -> new DrawnLevels(List.of(NoiseLevel.clean(0)), Double.NaN));
    }
}
