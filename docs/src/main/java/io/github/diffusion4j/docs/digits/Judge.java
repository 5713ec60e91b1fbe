package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.docs.quality.Gaussian;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compares pictures with digits that no network has seen. */
final class Judge {

    /**
     * How good pictures are.
     *
     * @param distance the Frechet distance to held-out digits in the classifier's features
     * @param recognized the share that the classifier takes for what was asked for
     */
    record Quality(double distance, double recognized) {}

    private final Classifier classifier;
    private final Gaussian real;

    Judge(long seed, Digits training, Digits heldOut) {
        classifier = new Classifier(seed, training);
        real = Gaussian.fitted(classifier.features(heldOut.images()));
    }

    Quality quality(INDArray images, int... digits) {
        return new Quality(Gaussian.fitted(classifier.features(images)).frechetDistance(real), classifier.accuracy(images, digits));
    }
}
