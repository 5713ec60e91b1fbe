package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.samplers.diffusers.DDPMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
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

/** The forward process of a batch with a timestep for each sample, and a whole training batch with target and weights, beside the forward process as one writes it with ND4J. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgs = "-Xmx2g")
public class TrainingBenchmark {

    /** The shape. */
    @Param({"16x4x64x64", Sizes.BATCH, Sizes.PICTURES})
    public String size;

    private Scheduler scheduler;
    private INDArray data;
    private INDArray noise;
    private double[] timesteps;
    private DrawnLevels draw;
    private INDArray alphas;
    private INDArray sigmas;

    /** Made by JMH. */
    public TrainingBenchmark() {}

    /** Makes arrays and timesteps. */
    @Setup
    public void setUp() {
        DiscreteSchedule schedule = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);
        scheduler = DDPMScheduler.of(DiscreteProcess.of(schedule));
        data = Sizes.array(1, size);
        noise = Sizes.array(2, size);
        draw = LevelSampler.uniform(schedule).draw(Uniforms.independent(), new CounterUniform(7), 0, (int) data.size(0));
        timesteps = draw.levels().stream().mapToDouble(NoiseLevel::time).toArray();
        long[] column = {data.size(0), 1, 1, 1};
        alphas = Nd4j.createFromArray(Arrays.stream(timesteps).map(t -> scheduler.schedule().at(t).alpha()).toArray()).castTo(DataType.FLOAT).reshape(column);
        sigmas = Nd4j.createFromArray(Arrays.stream(timesteps).map(t -> scheduler.schedule().at(t).sigma()).toArray()).castTo(DataType.FLOAT).reshape(column);
    }

    /**
     * The forward process.
     *
     * @return the noised data
     */
    @Benchmark
    public Object addNoise() {
        INDArray noised = scheduler.addNoise(data, noise, timesteps);
        noised.close();
        return noised;
    }

    /**
     * Input, timesteps, target and weights.
     *
     * @return the batch
     */
    @Benchmark
    public Object batch() {
        NoisedBatch<INDArray> batch = NoisedBatch.of(scheduler, data, noise, draw, LossWeight.minSnr(5));
        batch.input().close();
        batch.target().close();
        batch.timesteps().close();
        batch.weights().close();
        return batch;
    }

    /**
     * The forward process with ND4J.
     *
     * @return the noised data
     */
    @Benchmark
    public Object nd4jAddNoise() {
        return data.mul(alphas).add(noise.mul(sigmas));
    }
}
