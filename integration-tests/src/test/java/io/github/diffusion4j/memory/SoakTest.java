package io.github.diffusion4j.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Long runs in processes of their own, with little memory. {@code -Dsoak.seconds=120} lets the threads run for two minutes. */
class SoakTest {

    /** The least that JavaCPP's own objects fit in. ND4J's buffers do not count there, so the resident memory is held below a limit, too. */
    private static final String OFF_HEAP = "4k";
    private static final String RESIDENT = "400m";

    @TempDir
    private Path folder;

    /** A million steps fit into as much memory as a few. */
    @Test
    void a_million_steps_need_no_more_memory_than_a_few() throws Exception {
        assertEquals("1000000 steps\n", inProcess(Steps.class, "-Xmx64m", "-Dorg.bytedeco.javacpp.maxbytes=" + OFF_HEAP,
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=" + RESIDENT));
    }

    /** ND4J keeps no count of what was closed, so the process's size must tell: no class leaves an array of a run behind. */
    @Test
    void short_runs_of_every_class_free_all_their_arrays() throws Exception {
        assertEquals("nothing left\n", inProcess(Leaks.class, "-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
    }

    @Test
    void sixty_four_threads_share_a_plan_for_long() throws Exception {
        assertEquals("same bits\n", inProcess(Threads.class, "-Xmx256m", "-Dsoak.seconds=" + System.getProperty("soak.seconds", "10")));
    }

    private String inProcess(Class<?> program, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), program.getName()));
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertEquals(0, process.waitFor(), () -> read(err));
        return read(out).replace("\r", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Steps of runs of four classes, a quarter of a million each; resident memory must not grow after the first tenth. */
    static final class Steps {

        private static final int EACH = 250_000;
        private static final long GROWTH = 32L << 20;

        private Steps() {}

        public static void main(String[] arguments) {
            INDArray noise = CounterNoise.of(1).draw(NoiseRequest.start(), DataType.FLOAT, 1, 4, 64, 64);
            INDArray output = CounterNoise.of(2).draw(NoiseRequest.start(), DataType.FLOAT, 1, 4, 64, 64);
            int steps = 0;
            long resident = 0;
            for (String name : List.of("DDIMScheduler", "EulerDiscreteScheduler", "DPMSolverMultistepScheduler", "HeunDiscreteScheduler")) {
                Plan plan = DiffusersConfig.of(name).scheduler().plan(50);
                for (int end = steps + EACH; steps < end; ) {
                    try (Session<INDArray> session = plan.session(noise, CounterNoise.of(3))) {
                        while (!session.done() && steps < end) {
                            session.step(output);
                            steps++;
                        }
                    }
                    if (steps == EACH / 10) {
                        resident = Pointer.physicalBytes();
                    }
                }
            }
            long growth = Pointer.physicalBytes() - resident;
            if (resident == 0 || growth > GROWTH) {
                throw new IllegalStateException("resident memory grew from " + resident + " by " + growth + " bytes");
            }
            System.out.println(steps + " steps");
        }
    }

    /** Runs of each class with arrays of 256 KiB: one that stays each time would be 75 MiB. The compiler's own memory grows by some MiB. */
    static final class Leaks {

        private static final int RUNS = 300;
        private static final long STRAY = 32L << 20;

        private Leaks() {}

        public static void main(String[] arguments) {
            try (INDArray noise = CounterNoise.of(1).draw(NoiseRequest.start(), DataType.FLOAT, 1, 4, 128, 128);
                    INDArray output = CounterNoise.of(2).draw(NoiseRequest.start(), DataType.FLOAT, 1, 4, 128, 128)) {
                for (String name : DiffusersConfig.classNames()) {
                    Plan plan = DiffusersConfig.of(name).scheduler().plan(2);
                    runs(plan, noise, output, RUNS / 4);
                    long before = Pointer.physicalBytes();
                    runs(plan, noise, output, RUNS);
                    long growth = Pointer.physicalBytes() - before;
                    if (growth > STRAY) {
                        throw new IllegalStateException(name + ": resident memory grew by " + growth + " bytes in " + RUNS + " runs");
                    }
                }
            }
            System.out.println("nothing left");
        }

        private static void runs(Plan plan, INDArray noise, INDArray output, int count) {
            for (int run = 0; run < count; run++) {
                Sampling.run(plan, in -> output, noise, CounterNoise.of(3), progress -> progress.denoised()).close();
            }
        }
    }

    /** 64 threads run one plan with seeds of their own again and again, and compare with the serial run. */
    static final class Threads {

        private static final int THREADS = 64;

        private Threads() {}

        public static void main(String[] arguments) throws Exception {
            long seconds = Long.getLong("soak.seconds");
            Plan plan = DiffusersConfig.of("EulerAncestralDiscreteScheduler").scheduler().plan(20);
            float[][] serial = IntStream.range(0, THREADS).mapToObj(seed -> run(plan, seed)).toArray(float[][]::new);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            ExecutorService pool = Executors.newFixedThreadPool(THREADS);
            List<Callable<Integer>> tasks = IntStream.range(0, THREADS).<Callable<Integer>>mapToObj(seed -> () -> {
                int runs = 0;
                while (System.nanoTime() < end) {
                    assertArrayEquals(serial[seed], run(plan, seed));
                    runs++;
                }
                return runs;
            }).toList();
            for (Future<Integer> runs : pool.invokeAll(tasks)) {
                runs.get();
            }
            pool.shutdown();
            System.out.println("same bits");
        }

        private static float[] run(Plan plan, int seed) {
            CounterNoise source = CounterNoise.of(seed);
            try (INDArray noise = source.draw(NoiseRequest.start(), DataType.FLOAT, 1, 4, 16, 16);
                    INDArray result = Sampling.run(plan, in -> in.sample(), noise, source, Sampling.Listener.none())) {
                return result.data().asFloat();
            }
        }
    }
}
