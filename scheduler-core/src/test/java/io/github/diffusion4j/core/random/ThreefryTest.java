package io.github.diffusion4j.core.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreefryTest {

    /** Known answers of Random123's kat_vectors for threefry4x32 with 20 rounds. */
    @ParameterizedTest
    @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000 00000000 00000000, 9c6ca96a e17eae66 fc10ecd4 5256a7d8",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff ffffffff ffffffff, 2a881696 57012287 f6c7446e a16a6732",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0 082efa98 ec4e6c89, 59cd1dbb b8879579 86b5d00c ac8b6d84"})
    void known_answers(String counter, String key, String expected) {
        int[] counters = new int[4 * Threefry.LANES];
        for (int word = 0; word < 4; word++) {
            Arrays.fill(counters, word * Threefry.LANES, (word + 1) * Threefry.LANES, words(counter)[word]);
        }
        int[] k = words(key);
        Threefry.lanes(k[0], k[1], k[2], k[3], counters);
        for (int i = 0; i < counters.length; i++) {
            assertEquals(words(expected)[i / Threefry.LANES], counters[i]);
        }
        assertArrayEquals(words(expected), ScalarNormals.threefry(words(counter), k));
    }

    @Test
    void lanes_are_single_counters() {
        int n = Threefry.LANES;
        int[] counters = IntStream.range(0, 4 * n).map(i -> 0x9E3779B9 * (i + 1)).toArray();
        int[] output = counters.clone();
        Threefry.lanes(-77, 5, 1 << 31, 9, output);
        for (int i = 0; i < n; i++) {
            int[] counter = {counters[i], counters[n + i], counters[2 * n + i], counters[3 * n + i]};
            int[] lane = {output[i], output[n + i], output[2 * n + i], output[3 * n + i]};
            assertArrayEquals(ScalarNormals.threefry(counter, new int[] {-77, 5, 1 << 31, 9}), lane);
        }
    }

    private static int[] words(String hex) {
        return Arrays.stream(hex.trim().split(" ")).mapToInt(word -> Integer.parseUnsignedInt(word, 16)).toArray();
    }
}
