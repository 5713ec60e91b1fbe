package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.nio.FloatBuffer;
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

/**
 * A reverse step at every size, beside the same arithmetic as one writes it with ND4J and beside a bulk copy of as many bytes as the step reads and writes. DDIM reads two
 * arrays and writes one; DPM-Solver++ 2M reads three and writes two.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgs = "-Xmx2g")
public class StepBenchmark {

    /** So many that the arrays of a new run hardly count. */
    private static final int STEPS = 1000;

    /** The shape. */
    @Param({Sizes.LATENT, Sizes.WIDE, Sizes.BATCH, Sizes.VIDEO, Sizes.PICTURES})
    public String size;

    private Plan plan;
    private SamplerState<INDArray> start;
    private INDArray sample;
    private INDArray output;
    private INDArray third;
    private INDArray result;
    private Loop<INDArray> ddim;
    private Loop<INDArray> multistep;
    private Loop<INDArray> flow;
    private Loop<HostArray> flowHost;
    private Loop<HostArray> ddimHost;
    private FloatBuffer from;
    private FloatBuffer to;

    /** Made by JMH. */
    public StepBenchmark() {}

    /** Makes plans and arrays. */
    @Setup
    public void setUp() {
        DiscreteSchedule schedule = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);
        sample = Sizes.array(1, size);
        output = Sizes.array(2, size);
        third = Sizes.array(3, size);
        result = Nd4jArrays.ND4J.copy(sample);
        plan = DDIMScheduler.of(DiscreteProcess.of(schedule)).plan(STEPS);
        ddim = new Loop<>(plan, sample, output, NoiseSource.none());
        multistep = new Loop<>(ComposedScheduler.of(schedule, DpmSolverMultistep.plusPlus(2)).plan(STEPS), sample, output, NoiseSource.none());
        Plan euler = DiffusersConfig.of("FlowMatchEulerDiscreteScheduler").scheduler().plan(STEPS);
        flow = new Loop<>(euler, sample, output, NoiseSource.none());
        HostArray hostSample = direct(sample);
        HostArray hostOutput = direct(output);
        flowHost = new Loop<>(euler.on(HostArrays.DIRECT), hostSample, hostOutput, NoiseSource.none());
        ddimHost = new Loop<>(plan.on(HostArrays.DIRECT), hostSample, hostOutput, NoiseSource.none());
        start = plan.startFrom(sample);
        from = third.data().asNioFloat();
        to = result.data().asNioFloat();
    }

    private static HostArray direct(INDArray array) {
        return HostArrays.DIRECT.copy(Nd4jArrays.ND4J.memory(array));
    }

    /** Frees the runs. */
    @TearDown
    public void tearDown() {
        ddim.close();
        multistep.close();
        flow.close();
        flowHost.close();
        ddimHost.close();
    }

    /**
     * DDIM in a session, as the driver runs it.
     *
     * @return the sample
     */
    @Benchmark
    public Object ddim() {
        return ddim.step();
    }

    /**
     * Flow matching Euler in a session.
     *
     * @return the sample
     */
    @Benchmark
    public Object flowEuler() {
        return flow.step();
    }

    /**
     * Flow matching Euler in a session over direct buffers of Java.
     *
     * @return the sample
     */
    @Benchmark
    public Object flowEulerHost() {
        return flowHost.step();
    }

    /**
     * DDIM in a session over direct buffers of Java.
     *
     * @return the sample
     */
    @Benchmark
    public Object ddimHost() {
        return ddimHost.step();
    }

    /**
     * DPM-Solver++ 2M in a session.
     *
     * @return the sample
     */
    @Benchmark
    public Object dpmSolverPlusPlus2M() {
        return multistep.step();
    }

    /**
     * DDIM as a pure function, with a new array for the result.
     *
     * @return the sample
     */
    @Benchmark
    public Object ddimPure() {
        INDArray next = plan.step(0, output, start, NoiseSource.none()).sample();
        next.close();
        return next;
    }

    /**
     * Two terms as one writes them.
     *
     * @return the sample
     */
    @Benchmark
    public Object nd4jTwoTerms() {
        return sample.mul(0.98).add(output.mul(-0.05));
    }

    /**
     * The two sums of DPM-Solver++ 2M as one writes them: the estimate, which is kept, and the step.
     *
     * @return the sample
     */
    @Benchmark
    public Object nd4jMultistep() {
        INDArray estimate = sample.mul(1.1).add(output.mul(-0.4));
        return sample.mul(0.98).add(estimate.mul(-0.05)).add(third.mul(0.02));
    }

    /**
     * Two terms, every temporary closed at once, which few people write.
     *
     * @return the sample
     */
    @Benchmark
    public Object nd4jTwoTermsClosed() {
        INDArray a = sample.mul(0.98);
        INDArray b = output.mul(-0.05);
        INDArray sum = a.add(b);
        a.close();
        b.close();
        sum.close();
        return sum;
    }

    /** A bulk copy that moves as many bytes as a DDIM step: three arrays, so one and a half are copied. */
    @Benchmark
    public void copyOfAsManyBytes() {
        int length = from.limit() - from.position();
        to.put(to.position(), from, from.position(), length);
        to.put(to.position(), from, from.position(), length / 2);
    }
}
