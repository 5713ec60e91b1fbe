package io.github.diffusion4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.noise.CounterUniform;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class LevelDrawTest {

    private static final DiscreteSchedule TABLE = DiscreteSchedule.ofBetas(IntStream.range(0, 200).mapToDouble(t -> 5e-4 + 5e-4 * t).toArray());

    @Provide
    static Arbitrary<LevelDraw> laws() {
        Arbitrary<LevelDraw> logistic = Combinators.combine(Arbitraries.doubles().between(-3, 3), Arbitraries.doubles().between(0.2, 3)).as(LevelDraw.Logistic::new);
        Arbitrary<LevelDraw> histogram = Arbitraries.of(LevelDraw.histogram(List.of(-2.0, -1.0, 0.5, 3.0), List.of(1.0, 0.0, 3.0)));
        Arbitrary<LevelDraw> base = Arbitraries.oneOf(logistic, histogram);
        Arbitrary<LevelDraw> changed = Combinators.combine(base, base, Arbitraries.doubles().between(0.2, 5), Arbitraries.integers().between(0, 3)).as((law, other, shift, kind) -> switch (kind) {
            case 0 -> law.shifted(shift);
            case 1 -> law.mirrored();
            case 2 -> law.truncated(0.3, 4 + shift);
            default -> LevelDraw.mixture(List.of(1.0, shift), List.of(law, other));
        });
        return Arbitraries.oneOf(base, changed);
    }

    @Property(tries = 300, seed = "42")
    void quantiles_and_shares_are_inverses(@ForAll("laws") LevelDraw law, @ForAll @Scale(6) @DoubleRange(min = 1e-6, max = 1 - 1e-6) double u) {
        assertEquals(u, law.cdf(law.logRatio(u)), 1e-9);
    }

    /** By the midpoint rule over 60,000 steps; a histogram's edges cost a step each. */
    @Property(tries = 60, seed = "42")
    void the_density_sums_up_to_the_share(@ForAll("laws") LevelDraw law, @ForAll @DoubleRange(min = -3, max = 3) double to) {
        int steps = 60_000;
        double from = -60;
        double width = (to - from) / steps;
        double sum = IntStream.range(0, steps).mapToDouble(i -> law.density(from + (i + 0.5) * width) * width).sum();
        assertEquals(law.cdf(to), sum, 5e-3);
        assertEquals(1, law.cdf(Double.POSITIVE_INFINITY), 1e-12);
        assertEquals(0, law.cdf(Double.NEGATIVE_INFINITY), 1e-12);
    }

    @Property(tries = 200, seed = "42")
    void a_shift_adds_its_logarithm_and_a_mirror_changes_the_sign(@ForAll("laws") LevelDraw law, @ForAll @DoubleRange(min = 0.1, max = 10) double shift,
            @ForAll @Scale(6) @DoubleRange(min = 0.001, max = 0.999) double u) {
        double rho = law.logRatio(u);
        assertEquals(rho + Math.log(shift), law.shifted(shift).logRatio(u));
        assertEquals(-rho, law.mirrored().logRatio(1 - u), 1e-6);
        assertEquals(law.density(-rho), law.mirrored().density(rho));
        double t = 1 / (1 + Math.exp(-rho));
        assertEquals(shift * t / (1 + (shift - 1) * t), 1 / (1 + Math.exp(-law.shifted(shift).logRatio(u))), 1e-12, "the shift of a flow's time");
    }

    @Property(tries = 200, seed = "42")
    void what_is_truncated_keeps_its_proportions(@ForAll("laws") LevelDraw law, @ForAll @Scale(6) @DoubleRange(min = 0.001, max = 0.999) double u) {
        LevelDraw cut = law.truncated(0.5, 3);
        double rho = cut.logRatio(u);
        assertTrue(rho >= Math.log(0.5) && rho <= Math.log(3));
        double mass = law.cdf(Math.log(3)) - law.cdf(Math.log(0.5));
        assertEquals((law.cdf(rho) - law.cdf(Math.log(0.5))) / mass, cut.cdf(rho), 1e-12);
        assertEquals(law.density(rho) / mass, cut.density(rho), 1e-9);
    }

    @Test
    void edges_share_out_all_draws() {
        double[] shares = LevelDraw.uniformFlowTime().probabilities(-2, -1, 0, 3);
        assertEquals(1, IntStream.range(0, 3).mapToDouble(i -> shares[i]).sum(), 1e-15);
        assertTrue(LevelDraw.uniformFlowTime().probabilities(Double.NEGATIVE_INFINITY, 0, Double.POSITIVE_INFINITY)[0] == 0.5);
        assertEquals(0.25, LevelDraw.histogram(List.of(0.0, 1.0, 3.0), List.of(1.0, 1.0)).density(3), "the upper end belongs to the last bin");
    }

    /** 40,000 stratified draws: each level comes as often as the law says, to within one draw at either edge. */
    @Property(tries = 20, seed = "42")
    void a_table_is_drawn_as_often_as_the_law_falls_near_its_levels(@ForAll("laws") LevelDraw law, @ForAll boolean zeroTerminal) {
        DiscreteSchedule table = zeroTerminal ? TABLE.withZeroTerminalSnr() : TABLE;
        int n = 40_000;
        int[] counts = new int[table.size()];
        law.on(table).draw(Uniforms.stratified(), new CounterUniform(3), 0, n).levels().forEach(level -> counts[(int) level.time()]++);
        double below = 0;
        for (int t = 0; t < table.size() - 2; t++) {
            double edge = (table.at(t).lambda() + table.at(t + 1).lambda()) / -2;
            double share = law.cdf(edge) - below;
            below = law.cdf(edge);
            assertEquals(share, (double) counts[t] / n, 2.0 / n, "timestep " + t);
        }
    }

    /** The mean of weighted draws is that of the other law: midpoints of 20,000 strata. */
    @Property(tries = 20, seed = "42")
    void importance_weights_keep_the_objective(@ForAll @DoubleRange(min = -1, max = 1) double location, @ForAll @DoubleRange(min = 0.8, max = 2) double scale) {
        LevelDraw drawn = new LevelDraw.Logistic(location, scale);
        LevelDraw kept = new LevelDraw.Logistic(0.3, 0.7);
        LevelSampler sampler = drawn.on(TABLE).keeping(kept);
        LevelSampler wanted = kept.on(TABLE);
        assertEquals(mean(wanted), mean(sampler), 2e-3);
        assertEquals(1, IntStream.range(0, 20_000).mapToDouble(i -> sampler.weight((i + 0.5) / 20_000)).average().orElseThrow(), 2e-3);
    }

    private static double mean(LevelSampler sampler) {
        return IntStream.range(0, 20_000).mapToDouble(i -> (i + 0.5) / 20_000).map(u -> sampler.weight(u) * Math.sin(sampler.level(u).lambda())).average().orElseThrow();
    }

    @Test
    void levels_without_signal_are_drawn_and_keep_their_weight() {
        DiscreteSchedule table = TABLE.withZeroTerminalSnr();
        LevelSampler sampler = new LevelDraw.Logistic(2, 2).on(table).keeping(LevelDraw.uniformFlowTime());
        assertEquals(0, sampler.level(1 - 1e-12).alpha());
        assertTrue(Double.isFinite(sampler.weight(1 - 1e-12)) && sampler.weight(1 - 1e-12) > 0);
    }

    @Test
    void bad_laws_are_refused_with_the_reason() {
        refused("scale", () -> new LevelDraw.Logistic(0, 0));
        refused("shift", () -> LevelDraw.uniformFlowTime().shifted(-1));
        refused("lower end comes first", () -> LevelDraw.uniformFlowTime().truncated(2, 1));
        refused("ascending", () -> LevelDraw.histogram(List.of(0.0, 0.0), List.of(1.0)));
        refused("one edge more", () -> LevelDraw.histogram(List.of(0.0, 1.0), List.of(1.0, 1.0)));
        refused("positive, finite sum", () -> LevelDraw.mixture(List.of(0.0), List.of(LevelDraw.uniformFlowTime())));
        refused("needs a weight", () -> LevelDraw.mixture(List.of(1.0, 1.0), List.of(LevelDraw.uniformFlowTime())));
        refused("never draws", () -> LevelDraw.histogram(List.of(0.0, 1.0), List.of(1.0)).probabilities(2, 3));
        refused("lies on", () -> LevelDraw.histogram(List.of(20.0, 21.0), List.of(1.0)).on(TABLE));
        refused("never drawn", () -> LevelDraw.histogram(List.of(0.0, 1.0), List.of(1.0)).on(TABLE).keeping(LevelDraw.uniformFlowTime()));
    }

    private static void refused(String reason, org.junit.jupiter.api.function.Executable bad) {
        String message = assertThrows(IllegalArgumentException.class, bad).getMessage();
        assertTrue(message.contains(reason), message);
    }

    @Property(tries = 100, seed = "42")
    void groups_together_are_one_big_batch(@ForAll @IntRange(min = 1, max = 30) int batch, @ForAll @IntRange(min = 1, max = 5) int groups, @ForAll @IntRange(max = 99) int iteration) {
        CounterUniform numbers = new CounterUniform(9);
        for (Uniforms uniforms : List.of(Uniforms.independent(), Uniforms.stratified(), Uniforms.lowDiscrepancy())) {
            double[] whole = uniforms.of(numbers, iteration, batch * groups);
            for (int group = 0; group < groups; group++) {
                int which = group;
                assertArrayEquals(IntStream.range(0, batch).mapToDouble(i -> whole[which + i * groups]).toArray(), uniforms.inGroup(group, groups).of(numbers, iteration, batch), 0);
            }
        }
    }
}
