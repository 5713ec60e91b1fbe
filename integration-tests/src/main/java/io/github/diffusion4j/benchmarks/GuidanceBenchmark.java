package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.samplers.guidance.AdaptiveProjected;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Rescaled;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.util.List;
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

/** A step of DDIM with guidance beside one without: known weights read one array more, measured ones look at the branches first. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgs = "-Xmx2g")
public class GuidanceBenchmark {

    /** So many that the arrays of a new run hardly count. */
    private static final int STEPS = 1000;

    /** The shape. */
    @Param({Sizes.LATENT, Sizes.VIDEO})
    public String size;

    private Loop<INDArray> plain;
    private Loop<INDArray> classifierFree;
    private Loop<INDArray> rescaled;
    private Loop<INDArray> adaptiveProjected;

    /** Made by JMH. */
    public GuidanceBenchmark() {}

    /** Makes plans and arrays. */
    @Setup
    public void setUp() {
        DiscreteSchedule schedule = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);
        INDArray sample = Sizes.array(1, size);
        List<INDArray> outputs = List.of(Sizes.array(2, size), Sizes.array(3, size));
        Plan plan = DDIMScheduler.of(DiscreteProcess.of(schedule)).plan(STEPS);
        LinearGuidance guidance = LinearGuidance.classifierFree(7.5);
        plain = new Loop<>(plan, sample, outputs.get(0), NoiseSource.none());
        classifierFree = guided(plan, guidance, sample, outputs);
        rescaled = guided(plan, new Rescaled(guidance, 0.7), sample, outputs);
        adaptiveProjected = guided(plan, AdaptiveProjected.of(7.5, 15), sample, outputs);
    }

    private static Loop<INDArray> guided(Plan plan, Guidance guidance, INDArray sample, List<INDArray> outputs) {
        return new Loop<>(plan.guided(guidance), sample, outputs, NoiseSource.none());
    }

    /** Frees the runs. */
    @TearDown
    public void tearDown() {
        plain.close();
        classifierFree.close();
        rescaled.close();
        adaptiveProjected.close();
    }

    /**
     * Without guidance.
     *
     * @return the sample
     */
    @Benchmark
    public Object plain() {
        return plain.step();
    }

    /**
     * Classifier-free guidance.
     *
     * @return the sample
     */
    @Benchmark
    public Object classifierFree() {
        return classifierFree.step();
    }

    /**
     * Classifier-free guidance, rescaled.
     *
     * @return the sample
     */
    @Benchmark
    public Object rescaled() {
        return rescaled.step();
    }

    /**
     * Adaptive projected guidance with momentum.
     *
     * @return the sample
     */
    @Benchmark
    public Object adaptiveProjected() {
        return adaptiveProjected.step();
    }
}
