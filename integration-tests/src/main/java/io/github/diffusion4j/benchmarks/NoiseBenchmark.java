package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.BrownianNoise;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.TorchNoise;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
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

/** Filling a FLOAT array with noise, beside the JDK's fastest generator of normal numbers and ND4J's own. For one thread add {@code -jvmArgsAppend -XX:ActiveProcessorCount=1}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(value = 2, jvmArgs = "-Xmx2g")
public class NoiseBenchmark {

    /** The number of values: a 1x4x64x64 latent, and a 1x16x21x90x160 video latent. */
    @Param({"16384", "4838400"})
    public int values;

    private INDArray array;
    private HostArray memory;
    private NoiseRequest step;

    /** Made by JMH. */
    public NoiseBenchmark() {}

    /** Makes the array. */
    @Setup
    public void setUp() {
        array = Nd4jArrays.ND4J.make(ElementType.FLOAT, 1, values);
        memory = Nd4jArrays.ND4J.memory(array);
        step = new NoiseRequest(NoiseRequest.Stream.STEP, 3, 0, new NoiseRequest.Interval(2, 1.7));
    }

    /**
     * The default source.
     *
     * @return the array
     */
    @Benchmark
    public Object counter() {
        CounterNoise.of(42).fill(step, memory);
        return array;
    }

    /**
     * Increments of a Brownian path.
     *
     * @return the array
     */
    @Benchmark
    public Object brownian() {
        BrownianNoise.of(42).fill(step, memory);
        return array;
    }

    /**
     * PyTorch's CPU generator.
     *
     * @return the array
     */
    @Benchmark
    public Object torchCpu() {
        TorchNoise.of(42).fill(NoiseRequest.start(), memory);
        return array;
    }

    /**
     * ND4J's generator.
     *
     * @return the array
     */
    @Benchmark
    public Object nd4j() {
        return Nd4j.randn(array);
    }

    /**
     * The JDK's generator, to an array on the heap.
     *
     * @return the array
     */
    @Benchmark
    public Object jdk() {
        SplittableRandom random = new SplittableRandom(42);
        float[] numbers = new float[values];
        for (int i = 0; i < values; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
