package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.docs.training.Quiet;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** A small classifier of real digits; its last hidden layer is the space in which samples are compared with data. */
final class Classifier {

    private static final int PIXELS = Digits.SIDE * Digits.SIDE;
    private static final int FEATURES = 24;
    private static final int EPOCHS = 60;
    private static final int BATCH = 64;

    private final SameDiff graph = SameDiff.create();
    private final CounterNoise initial;
    private int parameters;

    Classifier(long seed, Digits training) {
        initial = CounterNoise.of(seed);
        SDVariable pixels = graph.placeHolder("pixels", DataType.FLOAT, -1, PIXELS);
        SDVariable labels = graph.placeHolder("labels", DataType.FLOAT, -1, Digits.CLASSES);
        SDVariable hidden = graph.nn().relu(dense(pixels, PIXELS, 96), 0);
        SDVariable features = graph.math().tanh("features", dense(hidden, 96, FEATURES));
        SDVariable logits = dense(features, FEATURES, Digits.CLASSES).rename("logits");
        graph.loss().softmaxCrossEntropy("loss", labels, logits, null);
        graph.setLossVariables("loss");
        graph.setTrainingConfig(TrainingConfig.builder().updater(new Adam(2e-3)).dataSetFeatureMapping("pixels").dataSetLabelMapping("labels").build());
        Quiet.run(() -> graph.fit(new ViewIterator(new DataSet(flat(training.images()), Digits.oneHot(training.labels())), BATCH), EPOCHS));
    }

    private SDVariable dense(SDVariable x, int in, int out) {
        INDArray weights = initial.draw(NoiseRequest.forward(parameters), DataType.FLOAT, in, out);
        weights.muli(Math.sqrt(1.0 / in));
        int number = parameters++;
        return x.mmul(graph.var("weight" + number, weights)).add(graph.var("bias" + number, Nd4j.zeros(DataType.FLOAT, out)));
    }

    private static INDArray flat(INDArray images) {
        return images.reshape(images.size(0), PIXELS);
    }

    /** A row of features for each image. */
    double[][] features(INDArray images) {
        return graph.output(Map.of("pixels", flat(images)), "features").get("features").toDoubleMatrix();
    }

    /** The share of images that are recognized as these digits. */
    double accuracy(INDArray images, int... digits) {
        int[] found = graph.output(Map.of("pixels", flat(images)), "logits").get("logits").argMax(1).toIntVector();
        int right = 0;
        for (int i = 0; i < found.length; i++) {
            right += found[i] == digits[i] ? 1 : 0;
        }
        return (double) right / found.length;
    }
}
