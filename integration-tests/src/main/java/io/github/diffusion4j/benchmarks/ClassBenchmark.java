package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A scheduler class of Diffusers with its default config: a plan, and what stands between two network evaluations (stochastic classes draw their noise, too). */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx2g")
public class ClassBenchmark {

    /** The class; the report measures all of them. */
    @Param({"DDIMScheduler", "EulerDiscreteScheduler", "DPMSolverMultistepScheduler", "UniPCMultistepScheduler"})
    public String scheduler;

    private DiffusersScheduler loaded;
    private int steps;
    private INDArray noise;
    private INDArray output;
    private Loop<INDArray> loop;

    /** Made by JMH. */
    public ClassBenchmark() {}

    /** Loads the class. */
    @Setup
    public void setUp() {
        loaded = DiffusersConfig.of(scheduler).scheduler();
        steps = switch (scheduler) {
            case "ConsistencyDecoderScheduler", "SCMScheduler" -> 2;
            case "CMStochasticIterativeScheduler" -> 40;
            default -> 50;
        };
        noise = Sizes.array(1, Sizes.LATENT);
        output = Sizes.array(2, Sizes.LATENT);
        loop = new Loop<>(plan(), noise, output, CounterNoise.of(3));
    }

    /** Frees the run. */
    @TearDown
    public void tearDown() {
        loop.close();
    }

    /**
     * A plan of 50 steps, or of as many as the class takes.
     *
     * @return the plan
     */
    @Benchmark
    public Plan plan() {
        return loaded.plan(steps);
    }

    /**
     * A step.
     *
     * @return the sample
     */
    @Benchmark
    public Object step() {
        return loop.step();
    }
}
