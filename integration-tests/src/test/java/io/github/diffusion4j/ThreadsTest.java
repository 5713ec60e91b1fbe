package io.github.diffusion4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.ConsistencyDecoderScheduler;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.DDPMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.samplers.diffusers.SCMScheduler;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One scheduler and one plan serve 64 threads at once, with the bits of a serial run, within ND4J's workspaces too. */
class ThreadsTest {

    private static final int THREADS = 64;

    static List<Scheduler> schedulers() {
        DiscreteProcess process = DiscreteProcess.of(BetaSchedule.LINEAR.schedule(1000));
        Stream<Scheduler> composed = Stream.of(DDIMScheduler.of(process), DDIMScheduler.of(process).withEta(1), DDPMScheduler.of(process.withCorrection(DataCorrection.clip(1))),
                DDPMScheduler.of(process.withCorrection(DataCorrection.dynamicThreshold(0.9, 1.5))));
        Stream<Scheduler> named = DiffusersConfig.classNames().stream().map(name -> DiffusersConfig.of(name).scheduler());
        return Stream.concat(composed, named).toList();
    }

    @ParameterizedTest
    @MethodSource("schedulers")
    void threads_do_not_disturb_each_other(Scheduler scheduler) throws Exception {
        Plan plan = scheduler.plan(scheduler instanceof ConsistencyDecoderScheduler || scheduler instanceof SCMScheduler ? 2 : 10);
        float[][] serial = IntStream.range(0, THREADS).mapToObj(seed -> run(plan, seed)).toArray(float[][]::new);
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<float[]>> tasks = IntStream.range(0, THREADS).<Callable<float[]>>mapToObj(seed -> () -> run(plan, seed)).toList();
            List<Future<float[]>> results = pool.invokeAll(tasks);
            for (int seed = 0; seed < THREADS; seed++) {
                assertArrayEquals(serial[seed], results.get(seed).get());
            }
        } finally {
            pool.shutdown();
        }
    }

    private static float[] run(Plan plan, int seed) {
        CounterNoise noise = CounterNoise.of(seed);
        try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace("request")) {
            INDArray result = Sampling.run(plan, in -> in.sample().mul(0.9), plan.start(noise, ElementType.FLOAT, 2, 3, 4, 4), noise, Sampling.Listener.none());
            return result.data().asFloat();
        }
    }
}
