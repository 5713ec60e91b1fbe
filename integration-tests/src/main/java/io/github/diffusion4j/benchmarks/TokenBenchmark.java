package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Moments;
import io.github.diffusion4j.core.kernel.Nucleus;
import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.kernel.Reading;
import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenRequest;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Reading FLOAT logits of a network over tokens, beside reading them at all. For one thread add {@code -jvmArgsAppend -XX:ActiveProcessorCount=1}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgs = "-Xmx3g")
public class TokenBenchmark {

    /** Positions of the batch by classes: a text of LLaDA 2, and a batch of short ones. */
    @Param({"1024x151936", "2048x32768"})
    public String size;

    private HostArray logits;
    private int[] current;
    private TokenRequest request;

    /** Made by JMH. */
    public TokenBenchmark() {}

    /** Makes the logits. */
    @Setup
    public void setUp() {
        int positions = Integer.parseInt(size.split("x")[0]);
        int classes = Integer.parseInt(size.split("x")[1]);
        logits = HostArrays.HEAP.make(ElementType.FLOAT, positions, classes);
        FloatBuffer values = logits.floats();
        SplittableRandom random = new SplittableRandom(1);
        IntStream.range(0, positions * classes).forEach(i -> values.put(i, (float) random.nextDouble(-8, 8)));
        current = new int[positions];
        request = new TokenRequest(0, TokenDraw.candidate(), classes, 1, positions);
    }

    /**
     * The baseline: every value is read, and the block's largest found.
     *
     * @return the largest
     */
    @Benchmark
    public float read() {
        FloatBuffer values = logits.floats();
        int classes = (int) logits.size(1);
        return (float) IntStream.range(0, current.length).parallel().mapToDouble(row -> largest(values, row * classes, classes)).max().orElseThrow();
    }

    private static float largest(FloatBuffer values, int from, int count) {
        float[] block = new float[1024];
        float largest = Float.NEGATIVE_INFINITY;
        for (int start = 0; start < count; start += block.length) {
            int some = Math.min(block.length, count - start);
            values.get(from + start, block, 0, some);
            for (int k = 0; k < some; k++) {
                largest = Math.max(largest, block[k]);
            }
        }
        return largest;
    }

    /**
     * Sums of the library over the same values.
     *
     * @return the sums
     */
    @Benchmark
    public Object summed() {
        return Moments.of(logits);
    }

    /**
     * The most probable class of each position, its probability and the entropy.
     *
     * @return the reading
     */
    @Benchmark
    public Object greedy() {
        return Reading.of(logits, Question.PLAIN, current);
    }

    /**
     * A drawn class of each position at a temperature.
     *
     * @return the reading
     */
    @Benchmark
    public Object drawn() {
        return Reading.of(logits, Question.PLAIN.withTemperature(0.8), CounterTokens.of(1).chances(request), current);
    }

    /**
     * A class of each position drawn by a race of all.
     *
     * @return the reading
     */
    @Benchmark
    public Object raced() {
        return Reading.of(logits, Question.PLAIN, CounterTokens.of(1).racing().chances(request), current);
    }

    /**
     * A class of each position drawn from a nucleus.
     *
     * @return the reading
     */
    @Benchmark
    public Object nucleus() {
        return Reading.of(logits, Question.PLAIN.withFilter(50, new Nucleus(0.9, Nucleus.Rule.CROSSING)),
                CounterTokens.of(1).chances(request), current);
    }
}
