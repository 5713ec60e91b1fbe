package io.github.diffusion4j.samplers.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.training.Average;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class CurriculumTest {

    private static int[] levels(Curriculum curriculum, long... steps) {
        return LongStream.of(steps).mapToInt(curriculum::levels).toArray();
    }

    @Test
    void tables() {
        assertArrayEquals(new int[] {2, 3, 6, 34, 68, 96, 117, 136}, levels(Curriculum.squareRoot(2, 150, 1_000_000), 0, 1, 1000, 50_000, 200_000, 400_000, 599_999, 800_000));
        assertArrayEquals(new int[] {11, 11, 21, 41, 161, 1281, 1281, 1281}, levels(Curriculum.doubling(10, 1280, 1000), 0, 124, 125, 250, 500, 999, 1000, Long.MAX_VALUE));
        assertArrayEquals(new int[] {64, 64, 32, 16, 8, 4, 2, 2, 2, 1, 1}, levels(Curriculum.halving(64, 10), 0, 9, 10, 20, 30, 40, 50, 60, 69, 70, Long.MAX_VALUE));
        assertArrayEquals(new int[] {18, 18}, levels(Curriculum.constant(18), 0, 1_000_000));
    }

    @Property(tries = 500, seed = "1")
    void levels_double_at_equal_intervals_and_end_where_they_must(@ForAll @IntRange(min = 1, max = 50) int first, @ForAll @IntRange(max = 10) int doublings, @ForAll @IntRange(min = 1, max = 1000) int interval) {
        long steps = (long) interval * (doublings + 1);
        int last = first << doublings;
        Curriculum curriculum = Curriculum.doubling(first, last, steps);
        for (int k = 0; k <= doublings; k++) {
            assertEquals((first << k) + 1, curriculum.levels((long) k * interval));
            assertEquals((first << k) + 1, curriculum.levels((k + 1L) * interval - 1));
        }
        assertEquals(last + 1, curriculum.levels(steps));
    }

    @Property(tries = 500, seed = "2")
    void the_square_grows_linearly_from_the_first_to_the_last(@ForAll @IntRange(min = 1, max = 50) int first, @ForAll @IntRange(max = 300) int more, @ForAll @IntRange(min = 1, max = 100_000) int steps) {
        Curriculum curriculum = Curriculum.squareRoot(first, first + more, steps);
        assertEquals(Math.max(first, 2), curriculum.levels(0));
        assertEquals(first + more + 1, curriculum.levels(steps));
        int middle = curriculum.levels(steps / 2);
        double square = (double) (steps / 2) / steps * ((first + more + 1.0) * (first + more + 1.0) - first * first) + first * first;
        assertTrue(middle == 2 || Math.abs(middle - Math.sqrt(square)) <= 1 + 1e-9);
    }

    @Property(tries = 300, seed = "3")
    void levels_halve_and_the_last_two_take_twice_as_long(@ForAll @IntRange(min = 2, max = 12) int halvings, @ForAll @IntRange(min = 1, max = 1000) int interval) {
        Curriculum curriculum = Curriculum.halving(1 << halvings, interval);
        for (int k = 0; k < halvings - 1; k++) {
            assertEquals(1 << halvings - k, curriculum.levels((long) k * interval));
            assertEquals(1 << halvings - k, curriculum.levels((k + 1L) * interval - 1));
        }
        assertEquals(2, curriculum.levels((halvings - 1L) * interval));
        assertEquals(2, curriculum.levels((halvings + 1L) * interval - 1));
        assertEquals(1, curriculum.levels((halvings + 1L) * interval));
    }

    /** What a target network forgets per unit of time is the same at all numbers of levels. */
    @Test
    void the_target_is_kept_the_closer_the_coarser_the_levels() {
        Average target = Curriculum.squareRoot(2, 150, 1000).target(0.95, 2);
        assertEquals(0.95 * 0.95, target.decay(1), 1e-15, "two levels are one pair, s0 / (N - 1) = 2");
        assertEquals(Math.pow(0.95, 2.0 / 150), target.decay(1001), 1e-15);
        assertEquals(1, Curriculum.constant(1).target(1, 1).decay(1));
    }

    @Property(tries = 500, seed = "4")
    void pairs_come_closer_from_stage_to_stage(@ForAll @DoubleRange(min = 0.01, max = 80) @Scale(6) double t, @ForAll @DoubleRange(min = 1.1, max = 300) @Scale(6) double q, @ForAll @DoubleRange(min = 0, max = 20) @Scale(6) double k) {
        TimePair pair = new TimePair(q, k, 1);
        double before = 0;
        for (int stage = 0; stage < 12; stage++) {
            double r = pair.earlier(t, stage);
            assertTrue(r >= before && r <= t, "stage " + stage + ": " + r);
            assertEquals(Math.max(0, t * (1 - Math.pow(q, -(stage + 1)) * (1 + k / (1 + Math.exp(t))))), r, 1e-13 * t);
            assertTrue(pair.gap(t, stage) > 0, "the gap is never rounded away");
            assertEquals(t - r, pair.gap(t, stage), 1e-13 * t);
            before = r;
        }
        assertEquals(t * (1 - 1 / q), new TimePair(q, 0, 1).earlier(t, 0), 1e-13 * t);
    }

    @Test
    void refusals() {
        List<Runnable> refused = List.of(() -> Curriculum.constant(0), () -> Curriculum.squareRoot(0, 10, 10), () -> Curriculum.squareRoot(2, 1, 10), () -> Curriculum.squareRoot(2, 10, 0),
                () -> Curriculum.doubling(10, 1280, 7), () -> Curriculum.doubling(10, 5, 100), () -> Curriculum.halving(0, 1), () -> Curriculum.halving(4, 0),
                () -> Curriculum.constant(4).levels(-1), () -> Curriculum.constant(4).target(0, 2), () -> Curriculum.constant(4).target(0.9, 0), () -> Curriculum.constant(4).target(0.9, 2).decay(0),
                () -> new TimePair(1, 8, 1), () -> new TimePair(2, -1, 1), () -> new TimePair(2, 8, Double.NaN), () -> new TimePair(2, 8, 1).earlier(-1, 0),
                () -> new TimePair(2, 8, 1).earlier(1, -1));
        refused.forEach(call -> assertTrue(assertThrows(IllegalArgumentException.class, call::run).getMessage().contains("got ")));
    }
}
