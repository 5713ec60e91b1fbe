package io.github.diffusion4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import java.util.Arrays;
import java.util.List;
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

class AverageTest {

    private static final HostArrays ARRAYS = HostArrays.HEAP;

    @Provide
    Arbitrary<Average> rules() {
        Arbitrary<Double> unit = Arbitraries.doubles().between(0, 1);
        Arbitrary<Average> plain = Arbitraries.oneOf(unit.map(Average::constant), Arbitraries.just(Average.ramp()),
                Combinators.combine(Arbitraries.doubles().between(0.1, 100), Arbitraries.doubles().between(0, 2)).as(Average::warmup),
                Combinators.combine(Arbitraries.doubles().between(0, 1000), Arbitraries.doubles().between(0.01, 2)).as(Average::halfLife),
                Arbitraries.doubles().between(0.01, 0.3).map(Average::power));
        return Combinators.combine(plain, unit, unit, Arbitraries.longs().between(-20, 20), Arbitraries.integers().between(0, 3))
                .as((rule, most, least, after, form) -> switch (form) {
                    case 0 -> rule;
                    case 1 -> rule.atMost(most).atLeast(least).after(after);
                    case 2 -> rule.after(after).atLeast(least).atMost(most);
                    default -> rule.after(after);
                });
    }

    /** What a value weighs is what a mean of unit vectors shows. */
    @Property(tries = 300, seed = "1")
    void weights_are_what_the_mean_holds_and_sum_to_one(@ForAll("rules") Average rule, @ForAll @IntRange(max = 40) int steps) {
        HostArray mean = unit(0, steps + 1);
        for (int i = 1; i <= steps; i++) {
            Average.update(ARRAYS, List.of(mean), List.of(unit(i, steps + 1)), rule.decay(i));
        }
        double[] weights = rule.weights(steps);
        assertArrayEquals(mean.values(), weights, 1e-12, rule::toString);
        assertEquals(1, Arrays.stream(weights).sum(), 1e-12, rule::toString);
        assertTrue(Arrays.stream(weights).allMatch(w -> w >= 0), rule::toString);
    }

    private static HostArray unit(int place, int length) {
        HostArray unit = ARRAYS.make(ElementType.DOUBLE, 1, length);
        double[] values = new double[length];
        values[place] = 1;
        unit.fill(values);
        return unit;
    }

    @Property(tries = 200, seed = "2")
    void the_weights_of_a_power_function_are_closed(@ForAll @DoubleRange(min = -0.99, max = 40) @Scale(6) double gamma, @ForAll @IntRange(min = 1, max = 60) int steps) {
        Average.Power power = new Average.Power(gamma);
        Average productsOnly = power::decay;
        assertArrayEquals(productsOnly.weights(steps), power.weights(steps), 1e-13);
        for (int i = 1; i <= steps; i++) {
            double closed = (Math.pow(i, gamma + 1) - Math.pow(i - 1, gamma + 1)) / Math.pow(steps, gamma + 1);
            assertEquals(closed, power.weights(steps)[i], 1e-13);
        }
    }

    @Property(tries = 500, seed = "3")
    void a_deviation_has_an_exponent_and_back(@ForAll @DoubleRange(min = 1e-4, max = 0.3) @Scale(6) double std) {
        Average.Power power = Average.power(std);
        assertEquals(std, power.std(), 1e-11 * std);
        assertTrue(power.gamma() > (Math.sqrt(5) - 3) / 2);
    }

    @Test
    void published_exponents() {
        assertEquals(16.9722, Average.power(0.05).gamma(), 1e-4);
        assertEquals(6.9372, Average.power(0.1).gamma(), 1e-4);
        double widest = new Average.Power((Math.sqrt(5) - 3) / 2).std();
        assertEquals((Math.sqrt(5) - 3) / 2, Average.power(widest).gamma(), 1e-6);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Average.power(Math.nextUp(widest))).getMessage().contains("0.3002"));
    }

    /** The weights of many steps are the profile, whose deviation is the one that was asked for. */
    @Test
    void the_profile_has_the_deviation() {
        int steps = 20_000;
        for (double std : new double[] {0.01, 0.05, 0.1, 0.2, 0.29}) {
            double[] weights = Average.power(std).weights(steps);
            double mean = 0;
            double square = 0;
            for (int i = 1; i <= steps; i++) {
                double t = (i - 0.5) / steps;
                mean += weights[i] * t;
                square += weights[i] * t * t;
            }
            assertEquals(std, Math.sqrt(square - mean * mean), 1e-4 * std);
        }
    }

    @Property(tries = 100, seed = "4")
    void batches_of_any_sizes_follow_the_same_profile(@ForAll @DoubleRange(min = 0.01, max = 0.3) @Scale(6) double std, @ForAll @IntRange(min = 1, max = 30) int merged) {
        Average.Power power = Average.power(std);
        double apart = 1;
        for (int i = 1; i <= merged; i++) {
            apart *= power.decay(100 + i, 1);
        }
        assertEquals(apart, power.decay(100 + merged, merged), 1e-13);
    }

    @Test
    void the_plain_mean() {
        Average mean = Average.warmup(1, 1).after(1);
        for (int steps = 1; steps < 50; steps++) {
            double[] equal = new double[steps + 1];
            Arrays.fill(equal, 1, steps + 1, 1.0 / steps);
            assertArrayEquals(equal, mean.weights(steps), 1e-14);
            assertArrayEquals(equal, new Average.Power(0).weights(steps), 1e-14);
        }
    }

    /** Diffusers copies whatever its smallest decay is; k-diffusion's smallest decay holds from the first update. */
    @Test
    void the_order_of_parts_tells_what_holds_at_the_start() {
        assertEquals(0, Average.ramp().atLeast(0.3).after(4).decay(4));
        assertEquals(0.3, Average.ramp().atLeast(0.3).after(4).decay(5));
        assertEquals(0.3, Average.warmup(1, 1).after(4).atLeast(0.3).decay(4));
        assertEquals(Average.ramp().decay(1001), Average.ramp().after(-1000).decay(1));
    }

    @Test
    void a_half_life_is_one() {
        assertEquals(0.5, Average.halfLife(64, 10).weights(64 + 100)[0] / Average.halfLife(64, 10).weights(100)[0], 1e-12);
        assertEquals(0.5, Average.halfLife(1e9, 0.05).decay(2000, 100));
        assertEquals(0, Average.halfLife(0, 1).decay(1));
        assertEquals(1, Average.halfLife(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY).decay(1));
    }

    /** A float mean of half parameters moves, where one of halves would stay. */
    @Test
    void a_mean_may_have_more_digits_than_its_values() {
        for (ElementType type : List.of(ElementType.HALF, ElementType.BFLOAT16)) {
            HostArray mean = ARRAYS.vector(ElementType.FLOAT, 1, 1);
            HostArray stuck = ARRAYS.vector(type, 1, 1);
            HostArray value = ARRAYS.vector(type, 2, 0);
            for (int i = 0; i < 100; i++) {
                Average.update(ARRAYS, List.of(mean, stuck), List.of(value, value), 0.9999);
            }
            assertArrayEquals(new double[] {2 - Math.pow(0.9999, 100), Math.pow(0.9999, 100)}, mean.values(), 1e-5);
            assertArrayEquals(new double[] {1, 1}, stuck.values());
        }
    }

    @Test
    void values_of_other_shapes_are_refused_and_change_nothing() {
        HostArray mean = unit(0, 3);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Average.update(ARRAYS, List.of(mean), List.of(unit(0, 1)), 0.5)).getMessage().contains("[1, 1]"));
        assertThrows(IllegalArgumentException.class, () -> Average.update(ARRAYS, List.of(mean), List.of(), 0.5));
        assertThrows(IllegalArgumentException.class, () -> Average.update(ARRAYS, List.of(mean), List.of(mean), Double.NaN));
        assertArrayEquals(new double[] {1, 0, 0}, mean.values());
    }

    @Test
    void refusals() {
        List<Runnable> refused = List.of(() -> Average.constant(1.1), () -> Average.constant(Double.NaN), () -> Average.ramp().atMost(-0.1), () -> Average.ramp().atLeast(2),
                () -> Average.warmup(0, 1), () -> Average.warmup(1, -1), () -> Average.halfLife(-1, 1), () -> Average.halfLife(1, 0), () -> Average.power(0), () -> Average.power(Double.NaN),
                () -> new Average.Power(-1), () -> Average.ramp().decay(0), () -> Average.constant(1).decay(0), () -> Average.ramp().after(3).decay(0), () -> Average.power(0.1).decay(0),
                () -> Average.power(0.1).decay(4, 8), () -> Average.halfLife(1, 1).decay(4, 0));
        refused.forEach(call -> assertTrue(assertThrows(IllegalArgumentException.class, call::run).getMessage().contains("got ")));
    }
}
