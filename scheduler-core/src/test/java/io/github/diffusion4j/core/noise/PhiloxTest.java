package io.github.diffusion4j.core.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Known answers of Random123's kat_vectors for philox4x32 with 10 rounds. */
class PhiloxTest {

    @ParameterizedTest
    @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"})
    void known_answers(String counter, String key, String expected) {
        int[] c = words(counter);
        int[] k = words(key);
        int[] out = new int[4];
        Philox.words((long) k[1] << 32 | k[0] & 0xFFFFFFFFL, c[0], c[1], c[2], c[3], out);
        assertArrayEquals(words(expected), out);
    }

    @ParameterizedTest
    @CsvSource({"1e-9", "2.3283064365386963e-10", "0.1", "0.5", "0.7071067811865475", "0.7071067811865476", "0.9999999", "1"})
    void logarithm_errs_by_less_than_a_thousandth_of_a_billionth(double value) {
        assertEquals(Math.log(value), BoxMuller.ln(value), 1e-12 * Math.max(1, Math.abs(Math.log(value))));
    }

    @ParameterizedTest
    @CsvSource({"-0.785398163397448", "-0.3", "0", "0.1", "0.785398163397448"})
    void sine_and_cosine(double angle) {
        assertEquals(Math.sin(angle), BoxMuller.sin(angle), 1e-12);
        assertEquals(Math.cos(angle), BoxMuller.cos(angle), 1e-12);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "1073741823", "1073741824", "-2147483648", "-1", "-1073741825", "12345678"})
    void the_second_word_turns_the_circle_once(int second) {
        double[] z = new double[2];
        BoxMuller.normals(0x12345678, second, z, 0);
        double radius = Math.sqrt(-2 * Math.log((0x12345678L + 1) * 0x1p-32));
        // The quarters are centred on the axes, so the circle starts at -pi/4.
        double angle = (second & 0xFFFFFFFFL) * 0x1p-32 * 2 * Math.PI - Math.PI / 4;
        assertEquals(radius * Math.cos(angle), z[0], 1e-11);
        assertEquals(radius * Math.sin(angle), z[1], 1e-11);
    }

    private static int[] words(String hex) {
        return java.util.Arrays.stream(hex.trim().split(" ")).mapToInt(word -> Integer.parseUnsignedInt(word, 16)).toArray();
    }
}
