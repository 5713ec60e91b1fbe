package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.Rows;
import java.util.List;

/** Whether a network's output fits a step and its sample. */
final class Fit {

    private Fit() {}

    /** Refuses an array whose memory is gone. */
    static <A> void checkOpen(Arrays<A> arrays, A array, String what) {
        if (arrays.isClosed(array)) {
            throw new IllegalArgumentException(what + " is closed: its memory was freed; hand in an array that is open");
        }
    }

    /** Refuses outputs that are not those that the evaluation asks for. */
    static <A> void check(Arrays<A> arrays, Rows rows, Step step, List<A> outputs, A sample) {
        for (int k = 0; k < outputs.size(); k++) {
            check(arrays, rows, step, outputs.get(k), sample);
        }
    }

    /** Refuses a number of outputs that was not asked for. */
    static void checkCount(List<Branch> branches, int outputs) {
        if (outputs != branches.size()) {
            throw new IllegalArgumentException("the evaluation asks for " + branches.size() + " outputs, " + branches + ", but got " + outputs + "; give one for each, in this order"
                    + (branches.isEmpty() ? ": this evaluation is left out and takes none" : ""));
        }
    }

    private static <A> void check(Arrays<A> arrays, Rows rows, Step step, A output, A sample) {
        checkOpen(arrays, output, "the network output");
        ElementType type = arrays.type(sample);
        type.computed();
        if (arrays.type(output) != type) {
            throw new IllegalArgumentException("the network output is " + arrays.type(output) + " but the sample is " + type + "; convert one");
        }
        long[] shape = arrays.shape(sample);
        long[] expected = step.outputShape(shape);
        if (!java.util.Arrays.equals(arrays.shape(output), expected)) {
            throw new IllegalArgumentException("the network output has shape " + java.util.Arrays.toString(arrays.shape(output)) + ", expected " + java.util.Arrays.toString(expected)
                    + (step.learnsVariance() ? " (twice the sample's channels: prediction and learned variance)" : ""));
        }
        if (step.rows() > 1 && step.rows() != rows.count(shape)) {
            throw new IllegalArgumentException("got " + step.rows() + " timesteps for " + rows.count(shape) + (rows.equals(Rows.SAMPLES) ? " samples" : " rows of axes " + rows.axes())
                    + "; give one, or one for each");
        }
    }

    /** Text for messages: type and shape. */
    static <A> String describe(Arrays<A> arrays, A array) {
        return arrays.type(array) + java.util.Arrays.toString(arrays.shape(array));
    }
}
