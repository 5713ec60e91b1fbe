package io.github.diffusion4j.docs.bridges;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.docs.emoji.EmojiModel;
import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Draws pictures on a Spark cluster. A picture depends on the seed and its own number, not on partitions, machines or retries. */
final class SparkSampling {

    /** The network of this JVM, opened by the first picture that is drawn here. */
    private static final class Opened {

        static final EmojiNetwork NETWORK = network();

        private static EmojiNetwork network() {
            try {
                return EmojiNetwork.open();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What every machine needs, sent once. */
    record Job(Plan plan, String caption, long seed) implements Serializable {

        /** One picture, flat. */
        float[] draw(int number) {
            CounterNoise noise = CounterNoise.of(seed).forSamples(number);
            try (EmojiModel model = Opened.NETWORK.of(caption)) {
                return model.draw(plan, EmojiNetwork.noise(noise, 1), noise).toFloats();
            }
        }
    }

    private SparkSampling() {}

    /** Pictures 0 to count - 1. */
    static List<float[]> draw(JavaSparkContext spark, Job job, int count, int partitions) {
        Broadcast<Job> sent = spark.broadcast(job);
        return spark.parallelize(IntStream.range(0, count).boxed().toList(), partitions).map(number -> sent.value().draw(number)).collect();
    }
}
