package io.github.diffusion4j.docs.bridges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class SparkBridgeTest {

    private static final int COUNT = 10;

    @Test
    void samples_do_not_depend_on_the_partitions() {
        Mlp network = new Ring(7).mlp();
        Plan plan = ComposedScheduler.of(BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012), new FirstOrder(new Ancestral(1), true)).plan(10);
        SparkSampling.Job<Mlp> job = new SparkSampling.Job<>(plan, network, 42, 1, 2);
        SparkConf settings = new SparkConf().setMaster("local[2]").setAppName("samples").set("spark.ui.enabled", "false").set("spark.driver.host", "localhost");
        try (JavaSparkContext spark = new JavaSparkContext(settings)) {
            for (int partitions : new int[] {1, 2, 5}) {
                List<float[]> samples = SparkSampling.draw(spark, job, COUNT, partitions);
                assertEquals(COUNT, samples.size());
                for (int number = 0; number < COUNT; number++) {
                    assertArrayEquals(job.draw(number), samples.get(number), 0, "sample " + number + " of " + partitions + " partitions");
                }
            }
        }
        CounterNoise noise = CounterNoise.of(42);
        INDArray batch = Sampling.run(plan, network, plan.start(noise, ElementType.FLOAT, COUNT, 2), noise, Sampling.Listener.none());
        for (int number = 0; number < COUNT; number++) {
            assertArrayEquals(batch.getRow(number).dup().data().asFloat(), job.draw(number), 1e-4f, "row " + number + " of a batch on one machine");
        }
    }
}
