package io.github.diffusion4j.docs.bridges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.training.NoiseShape;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.samplers.training.Recipe;
import io.github.diffusion4j.samplers.training.Recipes;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A network of PyTorch learns from this library's batches, made over PyTorch's own arrays. */
class TorchTrainingTest {

    @BeforeAll
    static void offline() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    /** Clusters at (+-1, +-1). */
    private static float[][] points(int count) {
        return IntStream.range(0, count).mapToObj(i -> new float[] {i % 2 == 0 ? 1 : -1, i % 4 < 2 ? 1 : -1}).toArray(float[][]::new);
    }

    /** A network that answers 0 has the variance of noise and data as its loss, 2. */
    @Test
    void the_loss_falls_and_the_clusters_are_drawn() {
        Engine.getEngine("PyTorch").setRandomSeed(3);
        Recipe recipe = Recipes.named("rectified flow");
        try (TorchTraining training = new TorchTraining(recipe, 1e-2f)) {
            double[] losses = IntStream.range(0, 400).mapToDouble(iteration -> training.step(points(256), 42, iteration)).toArray();
            double last = Arrays.stream(losses, 380, 400).average().orElseThrow();
            assertTrue(losses[0] > 1.6 && last < 1.3, "from " + losses[0] + " to " + last);
            double[] drawn = training.draw(recipe.scheduler().plan(20), 7, 200);
            double missed = Arrays.stream(drawn).map(x -> Math.abs(Math.abs(x) - 1)).average().orElseThrow();
            assertTrue(missed < 0.25, "mean distance " + missed);
        }
    }

    /** Over PyTorch's arrays or Java's, a batch is the same but for the rounding of its operations. */
    @Test
    void batches_are_those_of_java() {
        for (Recipe recipe : List.of(Recipes.named("SD3"), Recipes.named("v + min-SNR"), Recipes.named("EDM"))) {
            HostArray data = HostArrays.DIRECT.make(ElementType.FLOAT, 16, 2);
            data.fill(Arrays.stream(points(16)).flatMapToDouble(p -> IntStream.range(0, 2).mapToDouble(i -> p[i])).toArray());
            Recipe offset = recipe.with(recipe.training().withShape(NoiseShape.offset(0.1)));
            NoisedBatch<HostArray> expected = offset.batches(HostArrays.DIRECT, Recipe.alone()).batch(data, List.of(), 5, 1);
            try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
                DjlArrays arrays = new DjlArrays(manager);
                NoisedBatch<NDArray> batch = offset.batches(arrays, Recipe.alone()).batch(manager.create(points(16)), List.of(), 5, 1);
                assertArrayEquals(expected.input().values(), arrays.values(batch.input()), 1e-5, recipe.name());
                assertArrayEquals(expected.target().values(), arrays.values(batch.target()), 1e-5, recipe.name());
                assertArrayEquals(expected.timesteps().values(), arrays.values(batch.timesteps()), 0, recipe.name());
                assertArrayEquals(expected.weights().values(), arrays.values(batch.weights()), 0, recipe.name());
                assertArrayEquals(expected.input().values(), arrays.values(manager.create(expected.input().floats(), new Shape(16, 2))), 0, "handed over as a buffer");
            }
        }
    }
}
