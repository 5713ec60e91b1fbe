package io.github.diffusion4j.core.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Known answers beyond the recorded cases of integration-tests, and what a generator as a value promises. */
class GeneratorsTest {

    @ParameterizedTest
    @CsvSource({"0, 2357136044 2546248239 3071714933 3626093760 2588848963", "5489, 3499211612 581869302 3890346734"})
    void mersenne_twister(int seed, String expected) {
        MersenneTwister twister = MersenneTwister.seeded(seed);
        for (String word : expected.split(" ")) {
            assertEquals(Long.parseLong(word), Integer.toUnsignedLong(twister.next()));
        }
    }

    @Property(tries = 40, seed = "42")
    void skipping_is_drawing(@ForAll int seed, @ForAll @IntRange(max = 2000) int before, @ForAll @IntRange(max = 3000) int skipped) {
        MersenneTwister one = MersenneTwister.seeded(seed);
        MersenneTwister other = MersenneTwister.seeded(seed);
        IntStream.range(0, before).forEach(i -> assertEquals(one.next(), other.next()));
        IntStream.range(0, skipped).forEach(i -> one.next());
        other.skip(skipped);
        assertEquals(one.next(), other.next());
    }

    @Property(tries = 60, seed = "42")
    void calls_that_are_skipped_were_drawn(@ForAll long seed, @ForAll TorchType type, @ForAll @IntRange(min = 1, max = 70) int count, @ForAll @IntRange(max = 5) int calls) {
        TorchGenerator drawn = TorchGenerator.seeded(seed).randn(type, 3).next();
        TorchGenerator skipped = drawn.afterRandn(type, count, calls);
        for (int i = 0; i < calls; i++) {
            drawn = drawn.randn(type, count).next();
        }
        assertArrayEquals(drawn.randn(type, 5).values(), skipped.randn(type, 5).values());
        assertArrayEquals(drawn.rand(type, 20).values(), skipped.rand(type, 20).values());
    }

    @Property(tries = 40, seed = "42")
    void a_draw_does_not_change_the_generator(@ForAll long seed, @ForAll TorchType type, @ForAll @IntRange(max = 40) int count) {
        TorchGenerator generator = TorchGenerator.seeded(seed);
        double[] first = generator.randn(type, count).values();
        assertArrayEquals(first, generator.randn(type, count).values());
    }

    /** Few numbers come in pairs: 3 and 5 of them are the 8 that one call gives. */
    @Test
    void half_a_pair_is_kept_for_the_next_call() {
        TorchGenerator generator = TorchGenerator.seeded(7);
        TorchGenerator.Draw three = generator.randn(TorchType.FLOAT32, 3);
        TorchGenerator.Draw block = three.next().randn(TorchType.FLOAT32, 16);
        double[] five = block.next().randn(TorchType.FLOAT32, 1).values();
        double[] eight = generator.randn(TorchType.FLOAT32, 8).values();
        assertArrayEquals(Arrays.copyOf(eight, 3), three.values());
        assertEquals(eight[3], five[0], "a call for 16 leaves the kept half alone");
    }

    @Test
    void an_incomplete_block_is_drawn_anew_over_the_end() {
        TorchGenerator generator = TorchGenerator.seeded(0);
        double[] seventeen = generator.randn(TorchType.FLOAT32, 17).values();
        assertEquals(-1.12583983, seventeen[0], 1e-7);
        assertEquals(-1.6959312, seventeen[1], 1e-7);
    }

    @ParameterizedTest
    @CsvSource({"1.00048828125, 1", "1.000732421875, 1.0009765625", "5.9604644775390625e-8, 5.9604644775390625e-8", "2.9802322387695312e-8, 0", "-0.3333, -0.333251953125"})
    void halves_round_to_even(double value, double expected) {
        assertEquals(expected, TorchType.FLOAT16.round(value));
    }

    @ParameterizedTest
    @CsvSource({"1.00390625, 1", "1.01171875, 1.015625", "-0.3333, -0.333984375"})
    void brain_floats_round_to_even(double value, double expected) {
        assertEquals(expected, TorchType.BFLOAT16.round(value));
    }

    /** The numbers of the test of apple/ml-stable-diffusion. */
    @Test
    void numpy_legacy() {
        double[] values = NumpyGenerator.seeded(12345).randn(10_000).values();
        assertArrayEquals(new double[] {-0.86285345, 2.15229409, -0.00670556, -1.21472309, 0.65498866}, Arrays.copyOfRange(values, 9995, 10_000), 5e-9);
        NumpyGenerator.Draw three = NumpyGenerator.seeded(12345).randn(3);
        assertEquals(values[3], three.next().randn(1).values()[0]);
    }

    @Test
    void correct_rounding_is_within_half_a_unit_of_strict_math() {
        NumpyGenerator.Draw uniforms = NumpyGenerator.seeded(1).rand(2000);
        for (double u : uniforms.values()) {
            assertEquals(StrictMath.log(u), DoubleDouble.ln(u), 2 * Math.ulp(StrictMath.log(u)));
            double angle = 2 * Math.PI * u;
            assertEquals(StrictMath.sin(angle), DoubleDouble.sin(angle), 2 * Math.ulp(StrictMath.sin(angle)));
            assertEquals(StrictMath.cos(angle), DoubleDouble.cos(angle), 2 * Math.ulp(StrictMath.cos(angle)));
        }
    }

    /** Known digits: ln 2, sin 1, cos 3, and an angle next to pi, where the series sees what is left of pi. */
    @Test
    void correct_rounding_of_known_values() {
        assertEquals(0.6931471805599453, -DoubleDouble.ln(0.5));
        assertEquals(0.8414709848078965, DoubleDouble.sin(1));
        assertEquals(-0.9899924966004454, DoubleDouble.cos(3));
        assertEquals(1.2246467991473532e-16, DoubleDouble.sin(Math.PI));
    }

    @Property(tries = 30, seed = "42")
    void a_brownian_tree_adds_up(@ForAll long entropy, @ForAll @IntRange(min = 1, max = 998) int a, @ForAll @IntRange(min = 1, max = 998) int b) {
        TorchBrownianTree tree = new TorchBrownianTree(0, 1, entropy & Long.MAX_VALUE, TorchType.FLOAT64, 5);
        double from = Math.min(a, b) / 1000.0;
        double to = Math.max(a, b) / 1000.0;
        double[] whole = tree.increment(0, to);
        double[] first = tree.increment(0, from);
        double[] second = tree.increment(from, to);
        for (int i = 0; i < 5; i++) {
            assertEquals(whole[i], first[i] + second[i], 1e-12);
        }
    }

    @Test
    void bad_arguments_are_refused() {
        assertThrows(IllegalArgumentException.class, () -> TorchGenerator.seeded(1).randn(TorchType.FLOAT32, -1));
        assertThrows(IllegalArgumentException.class, () -> TorchGenerator.seeded(1).randint(5, 5, 3));
        assertThrows(IllegalArgumentException.class, () -> NumpyGenerator.seeded(1L << 32));
        assertThrows(IllegalArgumentException.class, () -> new SeedSequence(1, List.of(), 3));
        assertThrows(IllegalArgumentException.class, () -> new TorchBrownianTree(1, 1, 0, TorchType.FLOAT32, 4));
        assertThrows(IllegalArgumentException.class, () -> new TorchBrownianTree(0, 1, 0, TorchType.FLOAT16, 4));
        assertThrows(IllegalArgumentException.class, () -> new CounterNormals().fill(1, 0, 0, 0, 512, new double[4], 4));
    }
}
