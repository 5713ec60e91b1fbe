package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Kernels;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whether a network's output fits a step and its sample. */
final class Fit {

    private Fit() {}

    /** Refuses an array whose memory is gone. */
    static void checkOpen(INDArray array, String what) {
        if (array.wasClosed()) {
            throw new IllegalArgumentException(what + " is closed: its memory was freed; hand in an array that is open");
        }
    }

    static void check(Step step, INDArray output, INDArray sample) {
        checkOpen(output, "the network output");
        Kernels.computeType(sample.dataType());
        if (output.dataType() != sample.dataType()) {
            throw new IllegalArgumentException("the network output is " + output.dataType() + " but the sample is " + sample.dataType()
                    + "; cast one with castTo");
        }
        boolean learned = step.learnsVariance();
        if (learned && sample.rank() < 2) {
            throw new IllegalArgumentException("learned variance needs a channel axis, got a sample of shape " + Arrays.toString(sample.shape()));
        }
        if (learned || !Arrays.equals(output.shape(), sample.shape())) {
            checkShape(output, sample, learned);
        }
        if (step.rows() > 1 && step.rows() != sample.size(0)) {
            throw new IllegalArgumentException("got " + step.rows() + " timesteps for " + sample.size(0) + " samples; give one, or one per sample");
        }
    }

    private static void checkShape(INDArray output, INDArray sample, boolean learned) {
        long[] expected = sample.shape().clone();
        if (learned) {
            expected[1] *= 2;
        }
        if (!Arrays.equals(output.shape(), expected)) {
            throw new IllegalArgumentException("the network output has shape " + Arrays.toString(output.shape()) + ", expected "
                    + Arrays.toString(expected) + (learned ? " (twice the sample's channels: prediction and learned variance)" : ""));
        }
    }
}
