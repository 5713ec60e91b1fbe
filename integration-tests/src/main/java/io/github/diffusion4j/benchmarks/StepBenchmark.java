package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.DdimScheduler;
import io.github.diffusion4j.samplers.DdpmScheduler;
import io.github.diffusion4j.samplers.DiscreteProcess;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One reverse step on a 1x4x64x64 FLOAT latent, beside the same arithmetic as one writes it with ND4J. {@code ddim} and
 * {@code ddpm} take their arrays from buffers, as {@link io.github.diffusion4j.samplers.Sampling#run} does;
 * {@code ddimFresh} makes its result anew. {@code idiomaticClosed} closes every temporary at once, which few people write
 * but which is the fairer rival.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(value = 2, jvmArgs = "-Xmx2g")
public class StepBenchmark {

    private static final int EVALUATION = 25;

    private Plan ddim;
    private Plan ddpm;
    private SamplerState state;
    private INDArray output;
    private INDArray noise;
    private NoiseSource recorded;
    private Buffers buffers;

    /** Made by JMH. */
    public StepBenchmark() {}

    /** Makes plans and arrays. */
    @Setup
    public void setUp() {
        DiscreteProcess process = DiscreteProcess.of(BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012));
        ddim = DdimScheduler.of(process).plan(50);
        ddpm = DdpmScheduler.of(process).plan(50);
        INDArray sample = CounterNoise.of(1).draw(NoiseRequest.start(), DataType.FLOAT, 1, 4, 64, 64);
        output = CounterNoise.of(2).draw(NoiseRequest.start(), DataType.FLOAT, 1, 4, 64, 64);
        noise = CounterNoise.of(3).draw(NoiseRequest.start(), DataType.FLOAT, 1, 4, 64, 64);
        state = new SamplerState(EVALUATION, sample, sample, List.of());
        INDArray given = noise;
        buffers = Buffers.recycling();
        recorded = (request, out) -> Kernels.combine(out, Term.of(given, 1));
    }

    /**
     * DDIM by this library.
     *
     * @return the sample
     */
    @Benchmark
    public Object ddim() {
        INDArray next = ddim.step(EVALUATION, output, state, NoiseSource.none(), buffers).sample();
        buffers.give(next);
        return next;
    }

    /**
     * DDIM by this library with a new array for the result.
     *
     * @return the sample
     */
    @Benchmark
    public Object ddimFresh() {
        INDArray next = ddim.step(EVALUATION, output, state, NoiseSource.none()).sample();
        next.close();
        return next;
    }

    /**
     * DDPM with given noise by this library, the copy of the noise included.
     *
     * @return the sample
     */
    @Benchmark
    public Object ddpm() {
        INDArray next = ddpm.step(EVALUATION, output, state, recorded, buffers).sample();
        buffers.give(next);
        return next;
    }

    /**
     * DDIM's two terms as one writes them.
     *
     * @return the sample
     */
    @Benchmark
    public Object idiomatic() {
        return state.sample().mul(0.98).add(output.mul(-0.05));
    }

    /**
     * DDPM's three terms as one writes them.
     *
     * @return the sample
     */
    @Benchmark
    public Object idiomaticThreeTerms() {
        return state.sample().mul(0.98).add(output.mul(-0.05)).add(noise.mul(0.02));
    }

    /**
     * DDIM's two terms, every temporary closed at once.
     *
     * @return the sample
     */
    @Benchmark
    public Object idiomaticClosed() {
        INDArray a = state.sample().mul(0.98);
        INDArray b = output.mul(-0.05);
        INDArray sum = a.add(b);
        a.close();
        b.close();
        sum.close();
        return sum;
    }
}
