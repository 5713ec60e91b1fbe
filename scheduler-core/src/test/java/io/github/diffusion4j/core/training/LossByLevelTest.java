package io.github.diffusion4j.core.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.noise.CounterUniform;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LossByLevelTest {

    private static final LossByLevel EMPTY = LossByLevel.empty(Math.exp(-4), Math.exp(4), 8);

    private static NoiseLevel level(double rho) {
        return new NoiseLevel(0, 1, Math.exp(rho));
    }

    /** Losses whose mean depends on the level, in whole numbers so that sums are exact in any order. */
    private static LossByLevel seen(int worker) {
        CounterUniform numbers = new CounterUniform(worker);
        List<NoiseLevel> levels = IntStream.range(0, 200).mapToObj(i -> level(8 * numbers.at(0, i) - 4)).toList();
        return EMPTY.with(levels, IntStream.range(0, 200).mapToDouble(i -> Math.floor((1 + levels.get(i).sigma()) * 10 * numbers.at(1, i))).toArray());
    }

    @Property(tries = 50, seed = "42")
    void the_order_of_merging_does_not_matter(@ForAll @IntRange(max = 50) int a, @ForAll @IntRange(max = 50) int b, @ForAll @IntRange(max = 50) int c) {
        LossByLevel together = seen(a).merged(seen(b)).merged(seen(c));
        assertEquals(together, seen(c).merged(seen(a).merged(seen(b))));
        assertEquals(seen(a), seen(a).merged(EMPTY));
        assertEquals(600, together.counts().stream().mapToDouble(x -> x).sum());
    }

    /** The variance of f / p is least where p goes with the root of the mean square: no other share of the bins has a smaller sum of E[f^2] / p. */
    @Property(tries = 200, seed = "42")
    void the_draw_has_the_least_variance(@ForAll @IntRange(max = 50) int worker, @ForAll @IntRange(max = 7) int from, @ForAll @IntRange(max = 7) int to, @ForAll @DoubleRange(min = -0.9, max = 0.9) double moved) {
        LossByLevel losses = seen(worker);
        double[] best = losses.draw(1e-9).probabilities(losses.edges().stream().mapToDouble(x -> x).toArray());
        double[] other = best.clone();
        double amount = moved * Math.min(best[from], best[to]);
        other[from] += amount;
        other[to] -= amount;
        assertTrue(secondMoment(losses, best) <= secondMoment(losses, other) * (1 + 1e-6));
    }

    private static double secondMoment(LossByLevel losses, double... shares) {
        return IntStream.range(0, shares.length).mapToDouble(i -> losses.rootMeanSquare(i) * losses.rootMeanSquare(i) / shares[i]).sum();
    }

    @Property(tries = 30, seed = "42")
    void the_normalised_loss_is_one_at_every_level(@ForAll @IntRange(max = 50) int worker) {
        LossByLevel losses = seen(worker);
        LossWeight weight = losses.normalised(LossWeight.plain());
        for (int bin = 0; bin < 8; bin++) {
            double middle = (losses.edges().get(bin) + losses.edges().get(bin + 1)) / 2;
            assertEquals(1, weight.weight(level(middle), Parameterization.epsilon()) * losses.mean(bin), 1e-12);
        }
        assertEquals(1, EMPTY.normalised(LossWeight.plain()).weight(level(0), Parameterization.epsilon()), "nothing seen");
    }

    @Test
    void what_was_seen_fades_but_its_mean_stays() {
        LossByLevel losses = seen(1);
        assertEquals(losses.mean(4), losses.faded(0.25).mean(4), 1e-12);
        assertEquals(losses.draw(0.1), losses.faded(0.25).draw(0.1));
        assertTrue(Double.isNaN(EMPTY.mean(0)));
        assertEquals(LevelDraw.histogram(EMPTY.edges(), List.of(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)).density(0), EMPTY.draw(0.1).density(0), 1e-12, "nothing seen: uniform");
    }

    @Test
    void levels_beyond_the_bins_belong_to_the_first_and_the_last() {
        LossByLevel losses = EMPTY.with(List.of(NoiseLevel.clean(0), new NoiseLevel(0, 0, 1)), 1, 2);
        assertEquals(1, losses.counts().get(0));
        assertEquals(2, losses.mean(7));
    }

    @Test
    void bad_losses_are_refused() {
        assertThrows(IllegalArgumentException.class, () -> EMPTY.with(List.of(level(0)), Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> EMPTY.with(List.of(level(0)), -1));
        assertThrows(IllegalArgumentException.class, () -> EMPTY.with(List.of(level(0)), 1, 2));
        assertThrows(IllegalArgumentException.class, () -> EMPTY.merged(LossByLevel.empty(1, 2, 8)));
        assertThrows(IllegalArgumentException.class, () -> EMPTY.draw(0));
        assertThrows(IllegalArgumentException.class, () -> EMPTY.faded(1.5));
        assertThrows(IllegalArgumentException.class, () -> LossByLevel.empty(0, 1, 3));
    }
}
