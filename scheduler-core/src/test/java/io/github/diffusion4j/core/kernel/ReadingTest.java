package io.github.diffusion4j.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenRequest;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read of logits is what sums over all classes give. */
class ReadingTest {

    private static final int POSITIONS = 3;

    private static HostArray logits(ElementType type, int classes, double scale) {
        SplittableRandom random = new SplittableRandom(classes);
        HostArray logits = HostArrays.HEAP.make(type, POSITIONS, classes);
        logits.fill(IntStream.range(0, POSITIONS * classes).mapToDouble(i -> scale * random.nextDouble(-1, 1)).toArray());
        return logits;
    }

    private static double[] probabilities(double[] row, double temperature) {
        double max = Arrays.stream(row).map(z -> z / temperature).max().orElseThrow();
        double[] weights = Arrays.stream(row).map(z -> Math.exp(z / temperature - max)).toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(w -> w / sum).toArray();
    }

    private static double entropy(double... p) {
        return -Arrays.stream(p).filter(x -> x > 0).map(x -> x * Math.log(x)).sum();
    }

    @ParameterizedTest
    @EnumSource(value = ElementType.class, names = {"FLOAT", "DOUBLE", "HALF", "BFLOAT16"})
    void all_numbers_are_those_of_the_distribution(ElementType type) {
        for (int classes : new int[] {1, 2, 5, 1023, 1024, 1025, 5000}) {
            for (double temperature : new double[] {1, 0.5, 2, -0.7}) {
                HostArray logits = logits(type, classes, 6);
                double[] all = logits.values();
                int[] current = {0, classes - 1, classes};
                Reading reading = Reading.of(logits, Question.PLAIN.withTemperature(temperature), current);
                for (int row = 0; row < POSITIONS; row++) {
                    double[] z = Arrays.copyOfRange(all, row * classes, (row + 1) * classes);
                    double[] p = probabilities(z, 1);
                    double[] sorted = p.clone();
                    Arrays.sort(sorted);
                    double tolerance = type == ElementType.DOUBLE ? 1e-12 : 1e-6;
                    assertEquals(IntStream.range(0, classes).filter(k -> p[k] == sorted[classes - 1]).findFirst().orElseThrow(), reading.best(row));
                    assertEquals(sorted[classes - 1], reading.bestProbability(row), tolerance);
                    assertEquals(classes == 1 ? 0 : sorted[classes - 2], reading.secondProbability(row), tolerance);
                    assertEquals(row == 2 ? 0 : p[current[row]], reading.currentProbability(row), tolerance);
                    assertEquals(entropy(p), reading.entropy(row), 10 * tolerance);
                    assertEquals(entropy(probabilities(z, temperature)), reading.temperedEntropy(row), 10 * tolerance);
                }
            }
        }
    }

    @Test
    void a_class_is_drawn_where_the_cumulative_sum_exceeds_the_number() {
        for (int classes : new int[] {3, 1024, 3000}) {
            HostArray logits = logits(ElementType.DOUBLE, classes, 3);
            double[] all = logits.values();
            TokenRequest request = new TokenRequest(0, TokenDraw.candidate(), classes, 1, POSITIONS);
            for (int seed = 0; seed < 50; seed++) {
                Chances chances = CounterTokens.of(seed).chances(request);
                Reading reading = Reading.of(logits, Question.PLAIN.withTemperature(0.8), chances, 0, 0, 0);
                for (int row = 0; row < POSITIONS; row++) {
                    double[] p = probabilities(Arrays.copyOfRange(all, row * classes, (row + 1) * classes), 0.8);
                    double before = Arrays.stream(p, 0, reading.candidate(row)).sum();
                    double u = chances.uniform(row);
                    assertTrue(before <= u + 1e-12 && u < before + p[reading.candidate(row)] + 1e-12);
                    assertEquals(p[reading.candidate(row)], reading.probability(row), 1e-12);
                }
            }
        }
    }

    @Test
    void filters_keep_what_sorting_keeps() {
        SplittableRandom random = new SplittableRandom(1);
        for (int trial = 0; trial < 500; trial++) {
            int classes = 1 + random.nextInt(40);
            double[] z = IntStream.range(0, classes).mapToDouble(k -> random.nextBoolean() ? random.nextInt(5) : random.nextDouble(-60, 5)).toArray();
            int topK = random.nextInt(classes + 2);
            Nucleus nucleus = new Nucleus(random.nextDouble(0.01, 1), Nucleus.Rule.values()[random.nextInt(3)]);
            assertArrayEquals(sorted(z, topK, nucleus), Question.PLAIN.withFilter(topK, nucleus).kept(z), () -> Arrays.toString(z) + topK + nucleus);
        }
    }

    private static boolean[] sorted(double[] z, int topK, Nucleus nucleus) {
        Integer[] order = IntStream.range(0, z.length).boxed().sorted((a, b) -> z[a] != z[b] ? Double.compare(z[b], z[a]) : a - b).toArray(Integer[]::new);
        double cut = topK == 0 || topK >= z.length ? Double.NEGATIVE_INFINITY : z[order[topK - 1]];
        double[] p = probabilities(Arrays.stream(z).map(x -> x < cut ? Double.NEGATIVE_INFINITY : x).toArray(), 1);
        boolean[] kept = new boolean[z.length];
        double before = 0;
        for (int k : order) {
            double with = before + p[k];
            boolean keeps = switch (nucleus.rule()) {
                case CROSSING -> before <= nucleus.probability();
                case REACHING -> before < nucleus.probability();
                case WITHIN -> before == 0 || with <= nucleus.probability();
            };
            if (!keeps || z[k] < cut) {
                break;
            }
            kept[k] = true;
            before = with;
        }
        return kept;
    }

    @Test
    void an_excluded_class_and_what_is_no_number_are_never_taken() {
        HostArray logits = HostArray.of(new double[] {5, 1, 0}, 1, 3);
        assertEquals(1, Reading.of(logits, Question.PLAIN.without(0), 0).best(0));
        assertEquals(0, Reading.of(logits, Question.PLAIN.without(0), 0).currentProbability(0));
        assertThrows(IllegalArgumentException.class, () -> Reading.of(HostArray.of(new double[] {Double.NaN, 1}, 1, 2), Question.PLAIN, 0));
        assertThrows(IllegalArgumentException.class, () -> Reading.of(HostArray.of(new double[] {Double.POSITIVE_INFINITY, 1}, 1, 2), Question.PLAIN, 0));
        assertThrows(IllegalArgumentException.class, () -> Question.PLAIN.withTemperature(0));
    }
}
