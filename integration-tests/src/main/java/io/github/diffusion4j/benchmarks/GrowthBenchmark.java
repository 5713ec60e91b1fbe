package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
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

/** How the cost of a combination grows with the number of arrays (the history of a solver) and with the batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx2g")
public class GrowthBenchmark {

    /** The number of arrays. */
    @Param({"1", "2", "3", "4", "6", "8"})
    public int arrays;

    /** The number of 4x64x64 latents. */
    @Param({"1", "4", "16", "64"})
    public int batch;

    private List<Term<INDArray>> terms;
    private INDArray out;

    /** Made by JMH. */
    public GrowthBenchmark() {}

    /** Makes arrays. */
    @Setup
    public void setUp() {
        terms = IntStream.range(0, arrays).mapToObj(k -> new Term<>(Sizes.array(k, batch + "x4x64x64"), 0.9 - 0.2 * k)).toList();
        out = Sizes.array(0, batch + "x4x64x64");
    }

    /**
     * The combination.
     *
     * @return the result
     */
    @Benchmark
    public Object combine() {
        Kernels.combine(Nd4jArrays.ND4J, Rows.SAMPLES, out, false, terms);
        return out;
    }
}
