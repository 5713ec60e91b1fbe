package io.github.diffusion4j.core.kernel;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One summand of a linear combination: an array and its weight, or one weight per sample of the first axis. */
public final class Term {

    private final INDArray array;
    private final double[] weights;

    private Term(INDArray array, double[] weights) {
        this.array = array;
        this.weights = weights;
    }

    /**
     * An array times one weight, or times one weight per sample.
     *
     * @param array the array, samples along its first axis
     * @param weights one weight, or as many as the array has samples
     * @return the term
     * @throws IllegalArgumentException if the number of weights is neither, or a weight is not finite
     */
    public static Term of(INDArray array, double... weights) {
        if (weights.length != 1 && (array.rank() == 0 || weights.length != array.size(0))) {
            throw new IllegalArgumentException("a term takes one weight or one per sample, got " + weights.length
                    + " weights for shape " + Arrays.toString(array.shape()));
        }
        for (double weight : weights) {
            if (!Double.isFinite(weight)) {
                throw new IllegalArgumentException("weights must be finite, got " + Arrays.toString(weights));
            }
        }
        return new Term(array, weights.clone());
    }

    INDArray array() {
        return array;
    }

    double weight(int sample) {
        return weights.length == 1 ? weights[0] : weights[sample];
    }

    double[] weights() {
        return weights;
    }
}
