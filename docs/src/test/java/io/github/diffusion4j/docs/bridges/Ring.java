package io.github.diffusion4j.docs.bridges;

import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** The {@link Mlp} as a SameDiff graph, which learns to draw points on a circle of radius 1. */
final class Ring {

    /** One scheduler for training and sampling: the network predicts v. */
    static final Scheduler SCHEDULER = ComposedScheduler.of(BetaSchedule.SQUARED_COSINE.schedule(1000), DpmSolverMultistep.plusPlus(2))
            .withParameterization(Parameterization.velocity());

    private static final int UNITS = 64;
    private static final INDArray FREQUENCIES = Nd4j.createFromArray(new float[][] {{0.5f, 1, 2, 4}}).mul(Math.PI / 1000);

    private final SameDiff graph = SameDiff.create();

    Ring(long seed) {
        SDVariable sample = graph.placeHolder("sample", DataType.FLOAT, -1, 2);
        SDVariable timesteps = graph.placeHolder("timesteps", DataType.FLOAT, -1);
        SDVariable target = graph.placeHolder("target", DataType.FLOAT, -1, 2);
        SDVariable weights = graph.placeHolder("weights", DataType.FLOAT, -1);
        SDVariable angles = graph.reshape(timesteps, -1, 1).mmul(graph.constant("frequencies", FREQUENCIES));
        SDVariable x = graph.concat(1, sample, graph.math().sin(angles), graph.math().cos(angles));
        long[] sizes = {2 + 2 * FREQUENCIES.length(), UNITS, UNITS, 2};
        for (int layer = 0; layer < Mlp.LAYERS; layer++) {
            INDArray start = CounterNoise.of(seed).draw(NoiseRequest.forward(layer), DataType.FLOAT, sizes[layer], sizes[layer + 1]).mul(1 / Math.sqrt(sizes[layer]));
            x = x.mmul(graph.var("weight" + layer, start)).add(graph.var("bias" + layer, Nd4j.zeros(DataType.FLOAT, 1, sizes[layer + 1])));
            x = layer < Mlp.LAYERS - 1 ? graph.math().tanh(x) : x;
        }
        SDVariable output = graph.identity("output", x);
        graph.mean("loss", graph.math().square(output.sub(target)).mean(1).mul(weights));
        graph.setLossVariables("loss");
    }

    void train(int epochs) {
        float[][] points = IntStream.range(0, 1024).mapToObj(i -> 2 * Math.PI * i / 1024).map(a -> new float[] {(float) Math.cos(a), (float) Math.sin(a)}).toArray(float[][]::new);
        NoisingIterator batches = new NoisingIterator(new DataSet(Nd4j.createFromArray(points), null), 256,
                TrainingRecipe.of(LevelSampler.uniform(SCHEDULER.schedule())).withUniforms(Uniforms.stratified()).on(SCHEDULER), 42);
        graph.setTrainingConfig(TrainingConfig.builder().updater(new Adam(new PolySchedule(ScheduleType.ITERATION, 1e-2, 1, epochs * batches.batchesPerEpoch() + 1))).dataSetFeatureMapping("sample", "timesteps").dataSetLabelMapping("target", "weights").build());
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));      // SameDiff prints its operations
        try {
            graph.fit(batches, epochs);
        } finally {
            System.setOut(out);
        }
    }

    Sampling.Model<INDArray> model() {
        return input -> graph.output(Map.of("sample", input.sample(), "timesteps", input.timesteps()), "output").get("output");
    }

    /** The same network without SameDiff. */
    Mlp mlp() {
        return new Mlp(FREQUENCIES, IntStream.range(0, Mlp.LAYERS).mapToObj(i -> graph.getVariable("weight" + i).getArr().dup('c')).toList(),
                IntStream.range(0, Mlp.LAYERS).mapToObj(i -> graph.getVariable("bias" + i).getArr().dup('c')).toList());
    }
}
