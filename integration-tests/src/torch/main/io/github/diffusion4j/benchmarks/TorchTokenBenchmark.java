package io.github.diffusion4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The rules of {@link TokenBenchmark} in libtorch, through DJL, with as many threads as there are processors; every temporary is freed at once. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgs = {"-Xmx1g", "-Dai.djl.offline=true"})
public class TorchTokenBenchmark {

    private static final int MOST = 50;
    private static final float NUCLEUS = 0.9f;

    /** Positions of the batch by classes. */
    @Param("2048x32768")
    public String size;

    private NDManager manager;
    private NDArray logits;

    /** Made by JMH. */
    public TorchTokenBenchmark() {}

    /** Makes the logits. */
    @Setup
    public void setUp() {
        manager = Libtorch.manager();
        logits = manager.randomUniform(-8, 8, new Shape(Integer.parseInt(size.split("x")[0]), Integer.parseInt(size.split("x")[1])));
    }

    /** Frees them. */
    @TearDown
    public void tearDown() {
        manager.close();
    }

    /**
     * The most probable class of each position, its probability and the entropy: a softmax, its largest, and the sum of p ln p, as Dream writes them.
     *
     * @return the classes
     */
    @Benchmark
    public Object greedy() {
        try (NDArray p = logits.softmax(-1); NDArray best = p.argMax(-1); NDArray largest = p.max(new int[] {-1}); NDArray shifted = p.add(1e-10); NDArray logs = shifted.log(); NDArray products = p.mul(logs);
                NDArray entropy = products.sum(new int[] {-1})) {
            return best.size() + largest.size() + entropy.size();
        }
    }

    /**
     * A drawn class of each position at a temperature, by the race that {@code multinomial} is: p / E.
     *
     * @return the classes
     */
    @Benchmark
    public Object drawn() {
        try (NDArray y = logits.div(0.8); NDArray p = y.softmax(-1)) {
            return raced(p);
        }
    }

    private long raced(NDArray p) {
        try (NDArray u = manager.randomUniform(0, 1, p.getShape()); NDArray log = u.log(); NDArray e = log.neg(); NDArray times = p.div(e); NDArray drawn = times.argMax(-1)) {
            return drawn.size();
        }
    }

    /**
     * A class of each position drawn from a nucleus of the top classes, as Diffusers' block refinement writes it: a top-k, a sort, sums, a race.
     *
     * @return the classes
     */
    @Benchmark
    public Object nucleus() {
        try (NDList top = logits.topK(MOST, -1); NDArray least = top.get(0).get("..., -1:"); NDArray dropped = logits.lt(least); NDArray gone = dropped.toType(DataType.FLOAT32, false); NDArray far = gone.mul(-1e30f);
                NDArray kept = logits.add(far); NDArray order = kept.argSort(-1, false); NDArray sorted = kept.gather(order, -1); NDArray p = sorted.softmax(-1); NDArray sums = p.cumSum(-1);
                NDArray before = sums.sub(p); NDArray inside = before.lte(NUCLEUS); NDArray stays = inside.toType(DataType.FLOAT32, false); NDArray chosen = p.mul(stays)) {
            return raced(chosen);
        }
    }
}
