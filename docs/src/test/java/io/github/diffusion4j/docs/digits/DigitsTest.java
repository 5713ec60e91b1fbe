package io.github.diffusion4j.docs.digits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.docs.quality.Gaussian;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class DigitsTest {

    @Test
    void the_data_are_whole() throws Exception {
        Digits digits = Digits.load(1);
        assertEquals(1797, digits.size());
        assertArrayEquals(new long[] {1797, 1, 8, 8}, digits.images().shape());
        assertEquals(-1, digits.images().minNumber().doubleValue());
        assertEquals(1, digits.images().maxNumber().doubleValue());
        for (int digit = 0; digit < 10; digit++) {
            int wanted = digit;
            assertTrue(Arrays.stream(digits.labels()).filter(label -> label == wanted).count() >= 174, "digit " + digit);
        }
    }

    /** Gaussians with diagonal covariances: |m|^2 + sum (s1 - s2)^2, up to the error of 20,000 samples. */
    @Test
    void the_frechet_distance_of_gaussians() {
        Gaussian a = Gaussian.fitted(rows(1, 1, 0));
        Gaussian b = Gaussian.fitted(rows(2, 2, 0.5));
        assertEquals(0, a.frechetDistance(a), 1e-9);
        assertEquals(3 * (0.25 + 1), a.frechetDistance(b), 0.15);
        assertEquals(a.frechetDistance(b), b.frechetDistance(a), 1e-9);
    }

    private static double[][] rows(int seed, double deviation, double mean) {
        double[] z = CounterNoise.of(seed).draw(NoiseRequest.start(), DataType.DOUBLE, 1, 60_000).data().asDouble();
        return IntStream.range(0, 20_000).mapToObj(i -> IntStream.range(0, 3).mapToDouble(k -> mean + deviation * z[3 * i + k]).toArray()).toArray(double[][]::new);
    }

    @Test
    void a_report_appears_whole_or_not_at_all(@TempDir Path parent) throws Exception {
        Path target = parent.resolve("report");
        try (ReportFolder folder = ReportFolder.replacing(target)) {
            Files.writeString(folder.path().resolve("half.txt"), "half");
        }
        try (Stream<Path> left = Files.list(parent)) {
            assertEquals(0, left.count());
        }
        for (String text : new String[] {"first", "second"}) {
            try (ReportFolder folder = ReportFolder.replacing(target)) {
                Files.writeString(folder.path().resolve("index.html"), text);
                folder.publish();
            }
            assertEquals(text, Files.readString(target.resolve("index.html")));
        }
        Path precious = Files.createDirectories(parent.resolve("precious"));
        Files.writeString(precious.resolve("thesis.txt"), "years");
        assertThrows(IllegalArgumentException.class, () -> ReportFolder.replacing(precious));
        assertFalse(Files.exists(precious.resolve("index.html")));
    }
}
