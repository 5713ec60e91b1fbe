package io.github.diffusion4j.docs.bridges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.docs.emoji.EmojiModel;
import io.github.diffusion4j.docs.emoji.EmojiNetwork;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class SparkBridgeTest {

    private static final int COUNT = 4;

    @Test
    void pictures_do_not_depend_on_the_partitions() throws Exception {
        try (EmojiNetwork network = EmojiNetwork.open()) {
            Plan plan = network.config().as("EulerAncestralDiscreteScheduler").config().scheduler().plan(8).guided(LinearGuidance.classifierFree(2));
            SparkSampling.Job job = new SparkSampling.Job(plan, "noto red heart", 42);
            List<float[]> expected = IntStream.range(0, COUNT).mapToObj(job::draw).toList();
            SparkConf settings = new SparkConf().setMaster("local[2]").setAppName("pictures").set("spark.ui.enabled", "false").set("spark.driver.host", "localhost");
            try (JavaSparkContext spark = new JavaSparkContext(settings)) {
                for (int partitions : new int[] {1, 2, 5}) {
                    List<float[]> pictures = SparkSampling.draw(spark, job, COUNT, partitions);
                    assertEquals(COUNT, pictures.size());
                    for (int number = 0; number < COUNT; number++) {
                        assertArrayEquals(expected.get(number), pictures.get(number), 0, "picture " + number + " of " + partitions + " partitions");
                    }
                }
            }
            try (EmojiModel model = network.of(Collections.nCopies(COUNT, job.caption()).toArray(String[]::new))) {
                HostArray batch = model.draw(plan, EmojiNetwork.noise(CounterNoise.of(42), COUNT), CounterNoise.of(42));
                for (int number = 0; number < COUNT; number++) {
                    float[] picture = expected.get(number);
                    assertArrayEquals(batch.row(number).toFloats(), picture, 1e-3f, "row " + number + " of a batch on one machine");
                    int middle = EmojiNetwork.SIDE * EmojiNetwork.SIDE / 2 + EmojiNetwork.SIDE / 2;
                    assertTrue(picture[middle] > 0.3 && picture[EmojiNetwork.SIDE * EmojiNetwork.SIDE + middle] < 0, "heart " + number + " is red in the middle");
                }
            }
        }
    }
}
