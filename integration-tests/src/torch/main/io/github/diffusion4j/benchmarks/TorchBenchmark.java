package io.github.diffusion4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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

/** The arithmetic of a step in libtorch, through DJL, with as many threads as there are processors; every temporary is freed at once, as Python does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgs = {"-Xmx2g", "-Dai.djl.offline=true"})
public class TorchBenchmark {

    /** The shape. */
    @Param({Sizes.LATENT, Sizes.WIDE, Sizes.BATCH, Sizes.VIDEO, Sizes.PICTURES})
    public String size;

    private NDManager manager;
    private NDArray sample;
    private NDArray output;
    private NDArray third;

    /** Made by JMH. */
    public TorchBenchmark() {}

    /** Makes arrays. */
    @Setup
    public void setUp() {
        manager = Libtorch.manager();
        Shape shape = new Shape(Sizes.shape(size));
        sample = manager.randomNormal(shape);
        output = manager.randomNormal(shape);
        third = manager.randomNormal(shape);
    }

    /** Frees them. */
    @TearDown
    public void tearDown() {
        manager.close();
    }

    /**
     * {@code 0.98 x - 0.05 e}.
     *
     * @return the result
     */
    @Benchmark
    public Object twoTerms() {
        try (NDArray next = sum(sample.mul(0.98), output.mul(-0.05))) {
            return next;
        }
    }

    private static NDArray sum(NDArray a, NDArray b) {
        try (a; b) {
            return a.add(b);
        }
    }

    /**
     * {@code x + h v}, as Diffusers writes flow matching Euler.
     *
     * @return the result
     */
    @Benchmark
    public Object flowEuler() {
        try (NDArray change = output.mul(-0.02); NDArray next = sample.add(change)) {
            return next;
        }
    }

    /**
     * {@code 0.98 x - 0.05 e + 0.1 z} with fresh noise z: DDPM without its clamp, or Euler ancestral without the network's scaled input.
     *
     * @return the result
     */
    @Benchmark
    public Object stochastic() {
        try (NDArray mean = sum(sample.mul(0.98), output.mul(-0.05)); NDArray noise = manager.randomNormal(sample.getShape()); NDArray scaled = noise.mul(0.1);
                NDArray next = mean.add(scaled)) {
            return next;
        }
    }

    /**
     * The two sums of SDE-DPM-Solver++ 2M, with fresh noise.
     *
     * @return the result
     */
    @Benchmark
    public Object stochasticMultistep() {
        try (NDArray estimate = sum(sample.mul(1.1), output.mul(-0.4)); NDArray noise = manager.randomNormal(sample.getShape());
                NDArray next = sum(sum(sum(sample.mul(0.98), estimate.mul(-0.05)), third.mul(0.02)), noise.mul(0.1))) {
            return next;
        }
    }

    /**
     * The two sums of DPM-Solver++ 2M: {@code d = 1.1 x - 0.4 e}, which is kept, and {@code 0.98 x - 0.05 d + 0.02 m}.
     *
     * @return the result
     */
    @Benchmark
    public Object multistep() {
        try (NDArray estimate = sum(sample.mul(1.1), output.mul(-0.4));
                NDArray next = sum(sum(sample.mul(0.98), estimate.mul(-0.05)), third.mul(0.02))) {
            return next;
        }
    }

    /**
     * Classifier-free guidance and the step: {@code e = u + 7.5 (c - u)}, {@code 0.98 x - 0.05 e}.
     *
     * @return the result
     */
    @Benchmark
    public Object guided() {
        try (NDArray e = guidance(7.5f); NDArray next = sum(sample.mul(0.98), e.mul(-0.05))) {
            return next;
        }
    }

    private NDArray guidance(float scale) {
        try (NDArray difference = output.sub(third); NDArray scaled = difference.mul(scale)) {
            return third.add(scaled);
        }
    }

    /**
     * Adaptive projected guidance with momentum and the step.
     *
     * @return the result
     */
    @Benchmark
    public Object adaptiveProjected() {
        try (NDArray difference = output.sub(third); NDArray m = sum(difference, third.mul(-0.5)); NDArray square = m.mul(m); NDArray norm = square.sum();
                NDArray product = m.mul(output); NDArray along = product.sum(); NDArray own = output.mul(output); NDArray length = own.sum()) {
            float k = Math.min(1, 15 / (float) Math.sqrt(norm.getFloat()));
            float share = along.getFloat() / length.getFloat();
            try (NDArray parallel = output.mul(share); NDArray update = m.sub(parallel); NDArray scaled = update.mul(7.5f * k); NDArray e = third.add(scaled);
                    NDArray next = sum(sample.mul(0.98), e.mul(-0.05))) {
                return next;
            }
        }
    }
}
