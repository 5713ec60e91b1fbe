package io.github.diffusion4j.docs.bridges;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.Sampling;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Draws samples on a Spark cluster. A sample depends on the seed and its own number, not on partitions, machines or retries. */
final class SparkSampling {

    /** What every machine needs, sent once. */
    record Job<M extends Sampling.Model<INDArray> & Serializable>(Plan plan, M model, long seed, long... shape) implements Serializable {

        /** One sample of the given shape, flat. */
        float[] draw(int number) {
            CounterNoise noise = CounterNoise.of(seed).forSamples(number);
            try (INDArray sample = Sampling.run(plan, model, plan.start(noise, ElementType.FLOAT, shape), noise, Sampling.Listener.none())) {
                return sample.data().asFloat();
            }
        }
    }

    private SparkSampling() {}

    /** Samples 0 to count - 1. */
    static List<float[]> draw(JavaSparkContext spark, Job<?> job, int count, int partitions) {
        Broadcast<Job<?>> sent = spark.broadcast(job);
        return spark.parallelize(IntStream.range(0, count).boxed().toList(), partitions).map(number -> sent.value().draw(number)).collect();
    }
}
