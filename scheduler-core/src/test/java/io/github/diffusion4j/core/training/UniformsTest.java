package io.github.diffusion4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.noise.CounterUniform;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class UniformsTest {

    private static final CounterUniform NUMBERS = new CounterUniform(7);

    @Property(tries = 200, seed = "42")
    void all_groups_together_have_one_number_in_each_stratum(@ForAll @IntRange(min = 1, max = 40) int batch, @ForAll @IntRange(min = 1, max = 6) int groups, @ForAll @IntRange(max = 99) int iteration) {
        for (Uniforms uniforms : List.of(Uniforms.stratified(), Uniforms.lowDiscrepancy())) {
            double[] all = IntStream.range(0, groups).boxed().flatMapToDouble(g -> Arrays.stream(uniforms.inGroup(g, groups).of(NUMBERS, iteration, batch))).sorted().toArray();
            int strata = batch * groups;
            for (int i = 0; i < strata; i++) {
                assertTrue(all[i] > 0 && all[i] < 1);
                assertEquals(i, (int) (all[i] * strata + 1e-9), 1e-9, uniforms + " " + Arrays.toString(all));
            }
        }
    }

    @Property(tries = 100, seed = "42")
    void pairs_mirror_each_other(@ForAll @IntRange(min = 1, max = 41) int batch, @ForAll @IntRange(min = 1, max = 4) int groups) {
        double[] u = Uniforms.antithetic().inGroup(groups - 1, groups).of(NUMBERS, 1, batch);
        int half = (batch + 1) / 2;
        for (int i = half; i < batch; i++) {
            assertEquals(1, u[i] + u[i - half], 1e-15);
        }
    }

    /** Numbers at the very ends of what a generator gives stay inside the unit interval, so that every law has a finite quantile there. */
    @Test
    void the_ends_are_left_out() {
        for (Uniforms.Kind kind : Uniforms.Kind.values()) {
            for (double end : new double[] {0, Math.nextDown(1.0)}) {
                for (double u : new Uniforms(kind, 0, 1).of(place -> end, 3)) {
                    assertTrue(u > 0 && u < 1, kind + " of " + end + ": " + u);
                    assertTrue(Double.isFinite(LevelDraw.uniformFlowTime().logRatio(u)));
                }
            }
        }
    }

    @Test
    void recorded_numbers_are_placed_as_drawn_ones() {
        for (Uniforms.Kind kind : Uniforms.Kind.values()) {
            Uniforms uniforms = new Uniforms(kind, 1, 3);
            assertArrayEquals(uniforms.of(NUMBERS, 5, 8), uniforms.of(place -> NUMBERS.at(5, place), 8), 0);
        }
    }

    @Test
    void groups_and_batches_are_checked() {
        assertThrows(IllegalArgumentException.class, () -> Uniforms.stratified().inGroup(3, 3));
        assertThrows(IllegalArgumentException.class, () -> Uniforms.stratified().inGroup(-1, 3));
        assertThrows(IllegalArgumentException.class, () -> Uniforms.independent().of(NUMBERS, 0, 0));
    }
}
