package io.github.diffusion4j.docs.bridges;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.TrainingBatches;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.training.Recipe;
import java.util.List;

/** A small network of points in the plane, trained in PyTorch through DJL by a recipe of this library. */
final class TorchTraining implements AutoCloseable {

    private static final int UNITS = 64;
    private static final int FEATURES = 5;

    private final Recipe recipe;
    private final Model model = Model.newInstance("points", "PyTorch");
    private final Trainer trainer;

    TorchTraining(Recipe recipe, float rate) {
        this.recipe = recipe;
        model.setBlock(new SequentialBlock().add(Linear.builder().setUnits(UNITS).build()).add(Activation::tanh).add(Linear.builder().setUnits(UNITS).build()).add(Activation::tanh)
                .add(Linear.builder().setUnits(2).build()));
        trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()).optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(rate)).build()));
        trainer.initialize(new Shape(1, FEATURES));
    }

    /** What the network sees: the point, and its time from 0 to 1. */
    private static NDList features(NDArray sample, NDArray timesteps) {
        NDArray time = timesteps.reshape(-1, 1).mul(0.001);
        return new NDList(NDArrays.concat(new NDList(sample, time, time.mul(Math.PI).sin(), time.mul(Math.PI).cos()), 1));
    }

    /** One iteration; the loss of its batch. */
    float step(float[][] points, long seed, int iteration) {
        try (NDManager manager = trainer.getManager().newSubManager()) {
            TrainingBatches<NDArray> batches = recipe.batches(new DjlArrays(manager), Recipe.alone());
            NoisedBatch<NDArray> batch = batches.batch(manager.create(points), List.of(), seed, iteration);
            NDArray loss;
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDArray output = trainer.forward(features(batch.input(), batch.timesteps())).singletonOrThrow();
                loss = output.sub(batch.target()).square().mean(new int[] {1}).mul(batch.weights()).mean();
                collector.backward(loss);
            }
            trainer.step();
            return loss.getFloat();
        }
    }

    /** Points that the network draws. */
    double[] draw(Plan plan, long seed, int count) {
        try (NDManager manager = trainer.getManager().newSubManager()) {
            DjlArrays arrays = new DjlArrays(manager);
            NDArray noise = arrays.make(ElementType.FLOAT, count, 2);
            arrays.onHost(noise, true, host -> CounterNoise.of(seed).fill(NoiseRequest.start(), host));
            Sampling.Model<NDArray> network = arrays.model((sample, timesteps) -> trainer.evaluate(features(sample, timesteps)).singletonOrThrow());
            return arrays.values(Sampling.run(plan.on(arrays), network, noise, NoiseSource.none(), Sampling.Listener.none()));
        }
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
