package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.Run;
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

/** Steps that add noise, of sessions, at every size: what they cost is mostly their noise. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgs = "-Xmx2g")
public class StochasticBenchmark {

    private static final int STEPS = 500;

    /** The shape. */
    @Param({Sizes.LATENT, Sizes.WIDE, Sizes.BATCH, Sizes.VIDEO})
    public String size;

    private Loop<INDArray> ddpm;
    private Loop<INDArray> ancestral;
    private Loop<INDArray> multistep;

    /** Made by JMH. */
    public StochasticBenchmark() {}

    /** Makes plans and arrays. */
    @Setup
    public void setUp() {
        ddpm = loop(DiffusersConfig.parse("{\"_class_name\": \"DDPMScheduler\", \"clip_sample\": false}").scheduler().plan(STEPS));
        ancestral = loop(DiffusersConfig.of("EulerAncestralDiscreteScheduler").scheduler().plan(STEPS));
        multistep = loop(DiffusersConfig.parse("{\"_class_name\": \"DPMSolverMultistepScheduler\", \"algorithm_type\": \"sde-dpmsolver++\"}").scheduler().plan(Run.steps(STEPS)));
    }

    private Loop<INDArray> loop(Plan plan) {
        return new Loop<>(plan, Sizes.array(1, size), Sizes.array(2, size), CounterNoise.of(3));
    }

    /** Frees the runs. */
    @TearDown
    public void tearDown() {
        ddpm.close();
        ancestral.close();
        multistep.close();
    }

    /**
     * DDPM.
     *
     * @return the sample
     */
    @Benchmark
    public Object ddpm() {
        return ddpm.step();
    }

    /**
     * Euler ancestral, with the network's scaled input.
     *
     * @return the sample
     */
    @Benchmark
    public Object eulerAncestral() {
        return ancestral.step();
    }

    /**
     * SDE-DPM-Solver++ 2M.
     *
     * @return the sample
     */
    @Benchmark
    public Object sdeDpmSolverPlusPlus2M() {
        return multistep.step();
    }
}
