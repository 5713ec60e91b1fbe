package io.github.diffusion4j.samplers.rewards;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.samplers.rewards.SlidingWindow.Stay;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SlidingWindowTest {

    @Provide
    Arbitrary<SlidingWindow> windows() {
        Arbitrary<Integer> few = Arbitraries.integers().between(1, 6);
        Arbitrary<Stay> stays = Arbitraries.oneOf(few.map(Stay::constant), Combinators.combine(few, few).as(Stay::linear),
                Combinators.combine(few, Arbitraries.integers().between(0, 8), Arbitraries.doubles().between(0, 2)).as(Stay::exponential));
        return Combinators.combine(few, few, Arbitraries.integers().between(1, 12), stays, Arbitraries.integers().between(0, 11), Arbitraries.of(true, false))
                .as((size, stride, steps, stay, start, again) -> new SlidingWindow(size, stride, steps, stay, start % steps, again, false));
    }

    /** A state that moves on, as training code keeps it; the published one may stand on the step after the last. */
    private static int[] places(SlidingWindow window, int iterations) {
        int last = window.published() ? window.steps() : window.steps() - 1;
        int[] places = new int[iterations];
        int place = window.start();
        int stayed = 0;
        for (int i = 0; i < iterations; i++) {
            places[i] = place;
            stayed++;
            if (stayed >= window.stay().iterations(place, window.steps())) {
                stayed = 0;
                int next = place + window.stride();
                place = next <= last ? next : window.again() ? window.start() : window.published() ? window.steps() : place;
            }
        }
        return places;
    }

    @Property(tries = 2000, seed = "1")
    void an_iteration_knows_its_window_without_those_before(@ForAll("windows") SlidingWindow window, @ForAll boolean published) {
        SlidingWindow asked = published ? window.asPublished() : window;
        int[] places = places(asked, 150);
        for (int i = 0; i < places.length; i++) {
            assertEquals(new Window(places[i], Math.min(asked.size(), asked.steps() - places[i])), asked.at(i), asked + " at " + i);
        }
    }

    @Property(tries = 2000, seed = "2")
    void a_window_is_never_empty_and_never_beyond_the_steps(@ForAll("windows") SlidingWindow window, @ForAll @IntRange(max = 100_000) int iteration) {
        Window at = window.at(iteration);
        assertTrue(at.length() >= 1 && at.first() + at.length() <= window.steps(), () -> window + ": " + at);
    }

    /** Until it first empties, and where it never does, the published window is the same. */
    @Property(tries = 1000, seed = "3")
    void the_published_window_differs_only_where_it_is_empty(@ForAll("windows") SlidingWindow window) {
        for (int i = 0; i < 100 && window.asPublished().at(i).length() > 0; i++) {
            assertEquals(window.at(i), window.asPublished().at(i));
        }
    }

    @Test
    void the_published_window_empties_where_a_place_falls_on_the_end() {
        SlidingWindow window = SlidingWindow.of(4, 8, Stay.constant(3)).rollingBack();
        assertArrayEquals(new int[] {4, 4, 4, 4, 4, 4, 0, 0, 0, 4, 4}, lengths(window.asPublished(), 11));
        assertArrayEquals(new int[] {4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4}, lengths(window, 11));
        assertArrayEquals(new int[] {4, 4, 4, 4, 4, 4, 1, 1, 1, 4, 4}, lengths(SlidingWindow.of(4, 9, Stay.constant(3)).rollingBack().asPublished(), 11));
        SlidingWindow once = SlidingWindow.of(4, 8, Stay.constant(1));
        assertArrayEquals(new int[] {4, 4, 0, 0, 0}, lengths(once.asPublished(), 5));
        assertEquals(new Window(4, 4), once.at(Long.MAX_VALUE));
        assertEquals(new Window(8, 0), once.asPublished().at(Long.MAX_VALUE));
    }

    private static int[] lengths(SlidingWindow window, int iterations) {
        return IntStream.range(0, iterations).map(i -> window.at(i).length()).toArray();
    }

    @Test
    void a_window_stays_shorter_the_later_it_is() {
        assertArrayEquals(new long[] {5, 5, 3, 2, 1}, IntStream.of(0, 2, 4, 6, 8).mapToLong(first -> Stay.exponential(5, 2, 0.4).iterations(first, 8)).toArray());
        assertArrayEquals(new long[] {8, 6, 5, 3, 2}, IntStream.of(0, 2, 4, 6, 8).mapToLong(first -> Stay.linear(8, 2).iterations(first, 8)).toArray());
        assertEquals(1, Stay.exponential(5, 0, 1000).iterations(7, 8));
    }

    @Property(tries = 500, seed = "4")
    void a_window_anywhere_fits_and_reaches_both_ends(@ForAll @IntRange(min = 1, max = 8) int size, @ForAll @IntRange(max = 8) int from, @ForAll @IntRange(max = 20) int more) {
        int to = from + size + more;
        assertEquals(new Window(from, size), Window.anywhere(size, from, to, 0));
        assertEquals(new Window(to - size, size), Window.anywhere(size, from, to, Math.nextDown(1.0)));
        for (int k = 0; k <= more; k++) {
            assertEquals(from + k, Window.anywhere(size, from, to, (k + 0.5) / (more + 1)).first());
        }
    }

    @Test
    void a_window_contains_its_steps() {
        assertArrayEquals(new int[] {2, 3, 4}, IntStream.range(0, 10).filter(new Window(2, 3)::contains).toArray());
        assertEquals(0, IntStream.range(0, 10).filter(new Window(2, 0)::contains).count());
    }

    @Test
    void refusals() {
        Stay stay = Stay.constant(1);
        List<Runnable> refused = List.of(() -> SlidingWindow.of(0, 8, stay), () -> SlidingWindow.of(4, 0, stay), () -> SlidingWindow.of(4, 8, stay).withStride(0),
                () -> SlidingWindow.of(4, 8, stay).withStart(8), () -> SlidingWindow.of(4, 8, stay).withStart(-1), () -> SlidingWindow.of(4, 8, stay).at(-1), () -> Stay.constant(0),
                () -> Stay.exponential(1, 3, Double.NaN), () -> Window.anywhere(4, 0, 3, 0), () -> Window.anywhere(4, 0, 8, 1), () -> new Window(-1, 2));
        refused.forEach(call -> assertTrue(assertThrows(IllegalArgumentException.class, call::run).getMessage().contains("got ")));
    }
}
