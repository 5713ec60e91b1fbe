package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.core.training.Average;
import io.github.diffusion4j.core.training.AveragingListener;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.docs.training.LossListener;
import io.github.diffusion4j.docs.training.Quiet;
import java.util.Map;
import java.util.function.DoubleConsumer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * A small network over characters in SameDiff: a perceptron over the whole text tells each position what it should know, a convolution what stands near it, and a perceptron of the position decides.
 * It takes no time, since the masks tell it.
 */
final class TextNetwork {

    private static final int LENGTH = Alphabet.LENGTH;
    private static final int CLASSES = Alphabet.CLASSES;
    private static final int EMBEDDED = 24;
    private static final int NEAR = 15;
    private static final int WHOLE = 256;
    private static final int TOLD = 32;
    private static final int HIDDEN = 256;
    private static final double RECTIFIED = Math.sqrt(2);
    private static final double LEAST_LOGARITHM = -80;
    private static final double AVERAGE_DECAY = 0.995;

    private final SameDiff graph = SameDiff.create();
    private final NoiseSource initial;
    private int variables;
    private long parameters;

    TextNetwork(long seed) {
        initial = CounterNoise.of(seed);
        SDVariable tokens = graph.placeHolder("input", DataType.FLOAT, -1, LENGTH);
        SDVariable target = graph.placeHolder("target", DataType.FLOAT, -1, LENGTH);
        SDVariable weights = graph.placeHolder("weights", DataType.FLOAT, -1, LENGTH);
        graph.placeHolder("timesteps", DataType.FLOAT, -1);
        SDVariable embedded = oneHot(tokens, CLASSES + 1).mmul(weight(Math.sqrt(CLASSES + 1), CLASSES + 1, EMBEDDED));
        SDVariable hidden = rectified(near(embedded).add(whole(embedded)));
        hidden = hidden.add(rectified(dense(hidden, 1, HIDDEN, HIDDEN)));
        SDVariable logits = dense(hidden, 0.5, HIDDEN, CLASSES);
        graph.reshape("logits", logits, -1, LENGTH, CLASSES);
        // ND4J M2.1 gives an infinite logarithm where a class has no chance.
        SDVariable logarithms = atLeast(LEAST_LOGARITHM, graph.nn().logSoftmax(logits));
        SDVariable found = rows(logarithms.mul(oneHot(target, CLASSES)).sum(1), LENGTH);
        graph.math().neg("errors", found.mul(weights).mean(1)).mean("loss");
        graph.setLossVariables("loss");
    }

    private SDVariable whole(SDVariable embedded) {
        SDVariable read = rectified(dense(rows(embedded, LENGTH * EMBEDDED), RECTIFIED, LENGTH * EMBEDDED, WHOLE));
        return rows(dense(read, 1, WHOLE, LENGTH * TOLD), TOLD).mmul(weight(1, TOLD, HIDDEN));
    }

    private SDVariable near(SDVariable embedded) {
        Conv2DConfig config = Conv2DConfig.builder().kH(1).kW(NEAR).sH(1).sW(1).paddingMode(PaddingMode.SAME).dataFormat("NHWC").build();
        SDVariable texts = graph.reshape(embedded, -1, 1, LENGTH, EMBEDDED);
        return rows(graph.cnn().conv2d(texts, weight(1, 1, NEAR, EMBEDDED, HIDDEN), bias(HIDDEN), config), HIDDEN);
    }

    private SDVariable atLeast(double floor, SDVariable x) {
        return graph.math().max(x, graph.constant(Nd4j.valueArrayOf(new long[] {1, 1}, floor, DataType.FLOAT)));
    }

    /** The gradient of ND4J M2.1's own relu takes three times as long. */
    private SDVariable rectified(SDVariable x) {
        return atLeast(0, x);
    }

    private SDVariable rows(SDVariable x, int columns) {
        return graph.reshape(x, -1, columns);
    }

    private SDVariable oneHot(SDVariable tokens, int classes) {
        return rows(graph.oneHot(graph.castTo(tokens, DataType.INT32), classes, -1, 1, 0, DataType.FLOAT), classes);
    }

    private SDVariable dense(SDVariable x, double gain, int in, int out) {
        return x.mmul(weight(gain, in, out)).add(bias(out));
    }

    private SDVariable bias(int units) {
        return variable("bias", Nd4j.zeros(DataType.FLOAT, units));
    }

    private SDVariable weight(double gain, long... shape) {
        INDArray values = initial.draw(NoiseRequest.forward(variables), DataType.FLOAT, shape);
        values.muli(gain * Math.sqrt(shape[shape.length - 1] / (double) values.length()));
        return variable("weight", values);
    }

    private SDVariable variable(String name, INDArray values) {
        parameters += values.length();
        return graph.var(name + variables++, values);
    }

    long parameters() {
        return parameters;
    }

    /** Trains for some epochs, at a rate that falls to 0, and leaves the averaged weights in the graph. */
    void train(NoisingIterator batches, int epochs, double rate, DoubleConsumer lossOfIteration) {
        int iterations = epochs * batches.batchesPerEpoch();
        graph.setTrainingConfig(TrainingConfig.builder().updater(new Adam(new PolySchedule(ScheduleType.ITERATION, rate, 1, iterations + 1)))
                .dataSetFeatureMapping("input", "timesteps").dataSetLabelMapping("target", "weights").build());
        try (AveragingListener average = AveragingListener.of(graph, Average.ramp().atMost(AVERAGE_DECAY))) {
            Quiet.run(() -> graph.fit(batches, epochs, new LossListener("errors", lossOfIteration), average));
            average.assignTo(graph, 0);
        }
    }

    /** Tokens as SameDiff reads them. */
    static INDArray array(Tokens tokens) {
        return tokens.array(Nd4jArrays.ND4J, ElementType.FLOAT);
    }

    /** Logits [B, L, classes]. */
    INDArray logits(Tokens tokens) {
        return graph.output(Map.of("input", array(tokens)), "logits").get("logits");
    }
}
