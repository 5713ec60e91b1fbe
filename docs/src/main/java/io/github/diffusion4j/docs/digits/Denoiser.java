package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.training.Average;
import io.github.diffusion4j.core.training.AveragingListener;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.docs.training.LossListener;
import io.github.diffusion4j.docs.training.Quiet;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.likelihood.VectorJacobian;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.api.OutAndGrad;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * A small convolutional denoiser in SameDiff: two resolutions (8x8, 4x4) with residual blocks that know the time and the
 * digit to draw, and a skip connection. Whatever a recipe wants it to output, and tells it of the time, it is the same network; times are told
 * on a scale of about a thousand. Its weights are averaged over the last steps of training (exponential moving average).
 */
final class Denoiser {

    private static final int CHANNELS = 32;
    private static final int TIME_FEATURES = 32;
    private static final int TIME_UNITS = 64;
    private static final double AVERAGE_DECAY = 0.995;

    private final SameDiff graph = SameDiff.create();
    private final long seed;
    private final NoiseSource initial;
    private int parameters;

    Denoiser(long seed) {
        this.seed = seed;
        initial = CounterNoise.of(seed);
        SDVariable input = graph.placeHolder("input", DataType.FLOAT, -1, 1, Digits.SIDE, Digits.SIDE);
        SDVariable timesteps = graph.placeHolder("timesteps", DataType.FLOAT, -1);
        SDVariable target = graph.placeHolder("target", DataType.FLOAT, -1, 1, Digits.SIDE, Digits.SIDE);
        SDVariable weights = graph.placeHolder("weights", DataType.FLOAT, -1);
        SDVariable digits = graph.placeHolder("digits", DataType.FLOAT, -1, Digits.CLASSES);
        SDVariable time = graph.nn().swish(time(timesteps).add(digits.mmul(weight(Digits.CLASSES, TIME_UNITS))));
        // One channel: [n, 1, 8, 8] and [n, 8, 8, 1] are the same memory; convolutions run faster with channels last.
        SDVariable image = graph.reshape(input, -1, Digits.SIDE, Digits.SIDE, 1);
        SDVariable fine = block(convolution(image, 1, CHANNELS, 3, 1), time, CHANNELS);
        SDVariable coarse = block(block(convolution(fine, CHANNELS, 2 * CHANNELS, 3, 2), time, 2 * CHANNELS), time, 2 * CHANNELS);
        SDVariable both = graph.concat(3, doubled(coarse, 2 * CHANNELS), fine);
        SDVariable merged = block(convolution(both, 3 * CHANNELS, CHANNELS, 3, 1), time, CHANNELS);
        SDVariable output = graph.reshape("output", convolution(graph.nn().swish(merged), CHANNELS, 1, 3, 1), -1, 1, Digits.SIDE, Digits.SIDE);
        SDVariable errors = graph.math().square(output.sub(target)).mean(1, 2, 3).mul("errors", weights);
        graph.mean("loss", errors);
        // For the divergence of the network; training and sampling do not compute it.
        output.mul(graph.placeHolder("direction", DataType.FLOAT, -1, 1, Digits.SIDE, Digits.SIDE)).sum("inner");
        graph.setLossVariables("loss");
    }

    /** Another network with the same weights. */
    Denoiser copy() {
        Denoiser copy = new Denoiser(seed);
        parameters(copy.graph).forEach(variable -> variable.getArr().assign(graph.getVariable(variable.name()).getArr()));
        return copy;
    }

    private static List<SDVariable> parameters(SameDiff graph) {
        return graph.variables().stream().filter(variable -> variable.getVariableType() == VariableType.VARIABLE).toList();
    }

    /** Sine and cosine features of the timestep, then one dense layer. */
    private SDVariable time(SDVariable timesteps) {
        float[] frequencies = new float[TIME_FEATURES / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.exp(-Math.log(10_000) * i / frequencies.length);
        }
        SDVariable angles = graph.reshape(timesteps, -1, 1).mul(graph.constant(Nd4j.createFromArray(frequencies).reshape(1, frequencies.length)));
        SDVariable features = graph.concat(1, graph.math().sin(angles), graph.math().cos(angles));
        return features.mmul(weight(TIME_FEATURES, TIME_UNITS)).add(bias(TIME_UNITS));
    }

    private SDVariable block(SDVariable x, SDVariable time, int channels) {
        SDVariable shift = graph.reshape(time.mmul(weight(TIME_UNITS, channels)), -1, 1, 1, channels);
        return convolution(graph.nn().swish(x.add(shift)), channels, channels, 3, 1).add(x);
    }

    private SDVariable convolution(SDVariable x, int in, int out, int size, int stride) {
        Conv2DConfig config = Conv2DConfig.builder().kH(size).kW(size).sH(stride).sW(stride).paddingMode(PaddingMode.SAME).dataFormat("NHWC").build();
        return graph.cnn().conv2d(x, weight(size, size, in, out), bias(out), config);
    }

    /** Every pixel four times; ND4J M2.1's own upsampling2d has a wrong gradient for channels last. */
    private SDVariable doubled(SDVariable x, int channels) {
        int side = Digits.SIDE / 2;
        SDVariable ones = graph.constant(Nd4j.ones(DataType.FLOAT, 1, 1, 2, 1, 2, 1));
        return graph.reshape(graph.reshape(x, -1, side, 1, side, 1, channels).mul(ones), -1, Digits.SIDE, Digits.SIDE, channels);
    }

    /** Weights from He's initialization. */
    private SDVariable weight(long... shape) {
        double inputs = 1;
        for (int i = 0; i < shape.length - 1; i++) {
            inputs *= shape[i];
        }
        INDArray values = initial.draw(NoiseRequest.forward(parameters), DataType.FLOAT, shape);
        values.muli(Math.sqrt(1 / inputs));
        return graph.var("weight" + parameters++, values);
    }

    private SDVariable bias(long units) {
        return graph.var("bias" + parameters++, Nd4j.zeros(DataType.FLOAT, units));
    }

    /** Trains for some epochs, at a rate that falls to 0, and leaves the averaged weights in the graph. */
    void train(NoisingIterator batches, int epochs, double rate, DoubleConsumer lossOfIteration) {
        int iterations = epochs * batches.batchesPerEpoch();
        learnWith(new Adam(new PolySchedule(ScheduleType.ITERATION, rate, 1, iterations + 1)));
        // A short memory at first, so that the random start is forgotten.
        try (AveragingListener average = AveragingListener.of(graph, Average.ramp().atMost(AVERAGE_DECAY))) {
            Quiet.run(() -> graph.fit(batches, epochs, new LossListener("errors", lossOfIteration), average));
            average.assignTo(graph, 0);
        }
    }

    /** Sets how {@link #fit} moves the weights. */
    void learnWith(IUpdater updater) {
        graph.setTrainingConfig(TrainingConfig.builder().updater(updater)
                .dataSetFeatureMapping("input", "timesteps", "digits").dataSetLabelMapping("target", "weights").build());
    }

    /** One step of training. */
    void fit(MultiDataSet batch) {
        Quiet.run(() -> graph.fit(batch));
    }

    private static Map<String, INDArray> inputs(INDArray input, INDArray timesteps, INDArray digits) {
        return Map.of("input", input, "timesteps", timesteps, "digits", digits);
    }

    /** What the network returns for noised pictures, a time and one-hot digits for each. */
    INDArray output(INDArray input, INDArray timesteps, INDArray digits) {
        return graph.output(inputs(input, timesteps, digits), "output").get("output");
    }

    /** For each sample of a batch its weighted squared error. */
    double[] errors(NoisedBatch<INDArray> batch, INDArray digits) {
        Map<String, INDArray> given = new HashMap<>(inputs(batch.input(), batch.timesteps(), digits));
        given.put("target", batch.target());
        given.put("weights", batch.weights());
        return graph.output(given, "errors").get("errors").toDoubleVector();
    }

    /** The network as a model of given digits, one for each sample. */
    Sampling.Model<INDArray> of(int... digits) {
        INDArray condition = Digits.oneHot(digits);
        return input -> output(input.sample(), input.timesteps(), condition);
    }

    /** A copy of the network that also says how its output changes with the picture. */
    VectorJacobian<INDArray> jacobian(int... digits) {
        SameDiff own = copy().graph;
        own.setLossVariables("inner");
        Quiet.run(() -> own.createGradFunction("input"));
        INDArray condition = Digits.oneHot(digits);
        return (input, direction) -> {
            Map<String, INDArray> given = new HashMap<>(inputs(input.sample(), input.timesteps(), condition));
            given.put("direction", direction);
            OutAndGrad found = own.calculateGradientsAndOutputs(given, List.of("output"), List.of("input"));
            return new VectorJacobian.Evaluated<>(found.getOutputs().get("output"), found.getGradients().get("input"));
        };
    }
}
