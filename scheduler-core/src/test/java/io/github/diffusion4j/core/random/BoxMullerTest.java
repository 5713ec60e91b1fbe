package io.github.diffusion4j.core.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoxMullerTest {

    private static final int N = BoxMuller.PAIRS;
    /** An angle word next to a quarter turn of the sine's side: its cosine is 1 to the last bit. */
    private static final int AHEAD = 0x3FFFFF00;

    private static float[] of(IntUnaryOperator radius, IntUnaryOperator angle) {
        int[] words = new int[2 * N];
        for (int i = 0; i < N; i++) {
            words[i] = radius.applyAsInt(i);
            words[N + i] = angle.applyAsInt(i);
        }
        return Arrays.copyOf(new BoxMuller().of(words), 2 * N);
    }

    private static double uniform(int word) {
        return (float) (Integer.toUnsignedLong(word) + 0.5) * 0x1p-32;
    }

    private static void assertRadii(IntUnaryOperator word) {
        float[] radii = of(word, i -> AHEAD);
        for (int i = 0; i < N; i++) {
            double exact = Math.sqrt(-2 * StrictMath.log(uniform(word.applyAsInt(i))));
            assertEquals(exact, radii[i], 2e-7 * exact, "radius word " + Integer.toHexString(word.applyAsInt(i)));
        }
    }

    /** A grid over all words, and every word at the ends and next to the ends of octaves. */
    @Test
    void radii_are_right_to_the_precision_of_floats() {
        for (int block = 0; block < 2048; block++) {
            int from = block * N * 4096;
            assertRadii(i -> from + 4096 * i + 1234);
        }
        for (int octave = 0; octave < 32; octave++) {
            int from = (1 << octave) - N / 2;
            int root = (int) Math.round(Math.sqrt(0.5) * Math.pow(2, octave + 1)) - N / 2;
            assertRadii(i -> from + i);
            assertRadii(i -> root + i);
        }
    }

    /** Every angle, for the largest radius and for one of 1. */
    @Test
    void angles_are_right_to_the_precision_of_floats() {
        for (int radius : new int[] {0, 0x9B4597E3}) {
            double r = Math.sqrt(-2 * StrictMath.log(uniform(radius)));
            for (int from = 0; from < 1 << 24; from += N) {
                int first = from;
                float[] numbers = of(i -> radius, i -> first + i << 8);
                for (int i = 0; i < N; i++) {
                    double half = Math.PI * (((first + i) & 0x7FFFFF) + 0.5) / (1 << 23);
                    assertEquals((first + i < 1 << 23 ? r : -r) * Math.sin(half), numbers[i], 4e-7 * r);
                    assertEquals(r * Math.cos(half), numbers[N + i], 4e-7 * r);
                }
            }
        }
    }

    @Test
    void the_complement_of_an_angle_gives_the_negated_numbers() {
        float[] numbers = of(i -> 0x9E3779B9 * i, i -> 0xBB67AE85 * i);
        float[] negated = of(i -> 0x9E3779B9 * i, i -> ~(0xBB67AE85 * i));
        for (int i = 0; i < 2 * N; i++) {
            assertEquals(-numbers[i], negated[i]);
        }
    }

    @Test
    void all_words_at_the_ends_give_numbers() {
        int[] ends = {0, 1, -1, -2, 0x7FFFFFFF, 0x80000000};
        float[] numbers = of(i -> ends[i % 6], i -> ends[i / 6 % 6]);
        for (int i = 0; i < N; i++) {
            float[] pair = ScalarNormals.pair(ends[i % 6], ends[i / 6 % 6]);
            assertEquals(pair[0], numbers[i]);
            assertEquals(pair[1], numbers[N + i]);
            assertTrue(Math.abs(pair[0]) < 6.764f && Math.abs(pair[1]) < 6.764f, () -> "numbers " + Arrays.toString(pair));
        }
        assertEquals(6.7637056f, of(i -> 0, i -> AHEAD)[0], 5e-7f);
    }

    @Test
    void numbers_are_those_of_the_definition() {
        IntUnaryOperator radius = i -> (0x9E3779B9 * i) >>> i % 32;
        IntUnaryOperator angle = i -> 0xBB67AE85 * i;
        float[] numbers = of(radius, angle);
        for (int i = 0; i < N; i++) {
            float[] pair = ScalarNormals.pair(radius.applyAsInt(i), angle.applyAsInt(i));
            assertEquals(pair[0], numbers[i]);
            assertEquals(pair[1], numbers[N + i]);
        }
    }

    /**
     * The probability of a number beyond x under the discrete distribution of radius words, P(r sin t > x) = E acos(x / r) / pi, by a grid of them (all of them in the tail): what
     * sampling cannot see. The true ones are of tables.
     */
    @ParameterizedTest
    @CsvSource({"1, 1.586552539314571e-1, 1e-6", "2, 2.275013194817921e-2, 1e-6", "3, 1.349898031630095e-3, 2e-6", "4, 3.167124183311992e-5, 4e-6", "5, 2.866515718791940e-7, 1e-5",
        "6, 9.865876450376946e-10, 2e-3"})
    void tails_are_those_of_the_normal_distribution(double x, double expected, double error) {
        long words = (long) (Math.exp(-x * x / 2) * 0x1p32) + 100;
        long stride = words / (1 << 20) + 1;
        double sum = 0;
        for (long from = 0; from < words; from += stride * N) {
            long first = from + stride / 2;
            for (float r : Arrays.copyOf(of(i -> (int) (first + i * stride), i -> AHEAD), N)) {
                sum += r > x ? Math.acos(x / r) : 0;
            }
        }
        assertEquals(expected, sum * stride * 0x1p-32 / Math.PI, error * expected);
    }
}
