package io.github.diffusion4j.schedules;

import static io.github.diffusion4j.schedules.BetaScheduleTest.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Spacing;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TimestepsTest {

    private static final DiscreteSchedule THOUSAND = BetaSchedule.LINEAR.schedule(1000);

    private static List<Integer> times(Spacing spacing, int steps) {
        return spacing.levels(THOUSAND, steps).stream().map(level -> (int) level.time()).toList();
    }

    @Test
    void published_examples() {
        // Lin et al., arXiv:2305.08891, table 2 (one less: they count from 1).
        assertEquals(List.of(800, 600, 400, 200, 0), times(Timesteps.leading(0), 5));
        assertEquals(List.of(801, 601, 401, 201, 1), times(Timesteps.leading(1), 5));
        assertEquals(List.of(999, 749, 500, 250, 0), times(Timesteps.linspace(), 5));
        assertEquals(List.of(999, 799, 599, 399, 199), times(Timesteps.trailing(), 5));
        assertEquals(List.of(900, 20, 3), times(Timesteps.explicit(900, 20, 3), 3));
        assertEquals(List.of(999), times(Timesteps.linspace(), 1));
    }

    @Property(tries = 300, seed = "42")
    void every_spacing_gives_as_many_descending_timesteps_as_asked(@ForAll @IntRange(min = 1, max = 1000) int steps) {
        for (Spacing spacing : List.of(Timesteps.leading(0), Timesteps.linspace(), Timesteps.trailing())) {
            List<NoiseLevel> levels = spacing.levels(THOUSAND, steps);
            assertEquals(steps, levels.size());
            for (int i = 1; i < steps; i++) {
                assertTrue(levels.get(i).time() < levels.get(i - 1).time(), spacing + " of " + steps + " steps at " + i);
            }
        }
    }

    /** NumPy's arange gives 62 timesteps for 61 steps, by rounding; the 62nd is -1. */
    @Test
    void trailing_has_no_step_too_many() {
        List<Integer> times = times(Timesteps.trailing(), 61);
        assertEquals(61, times.size());
        assertEquals(15, times.get(60));
    }

    @Test
    void bad_input_is_refused() {
        says("1 to 1000", () -> Timesteps.leading(0).levels(THOUSAND, 0));
        says("1 to 1000", () -> Timesteps.trailing().levels(THOUSAND, 1001));
        says("offset 1", () -> Timesteps.leading(1).levels(THOUSAND, 1000));
        says("at least 0", () -> Timesteps.leading(-1));
        says("descend", () -> Timesteps.explicit(5, 5));
        says("outside 0 to 999", () -> Timesteps.explicit(1000, 5).levels(THOUSAND, 2));
        says("2 explicit timesteps", () -> Timesteps.explicit(6, 5).levels(THOUSAND, 3));
    }
}
