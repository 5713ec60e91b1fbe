package io.github.diffusion4j.core.plan;

import static io.github.diffusion4j.core.plan.Evaluation.ANCHOR;
import static io.github.diffusion4j.core.plan.Evaluation.INPUT;
import static io.github.diffusion4j.core.plan.Evaluation.MEMORY;
import static io.github.diffusion4j.core.plan.Evaluation.NEXT;
import static io.github.diffusion4j.core.plan.Evaluation.SAMPLE;

import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The arrays of a run: which there are, which of them are the same, and which a pass writes.
 *
 * <p>A memory that owns its arrays gives back those that a step is the last to read before it takes those that the step writes: the pass then works in place.
 */
final class RunMemory {

    private final Pass pass;
    private final Buffers buffers;
    private final boolean owner;
    private final INDArray[] predictions;
    /** The arrays before a step. */
    private final INDArray[] old;
    private final List<INDArray> temporaries = new ArrayList<>();
    private int remembered;
    private INDArray sample;
    private INDArray anchor;
    private INDArray input;

    RunMemory(Pass pass, Buffers buffers, boolean owner, int most) {
        this.pass = pass;
        this.buffers = buffers;
        this.owner = owner;
        this.predictions = new INDArray[most + 1];
        this.old = new INDArray[most + 3];
    }

    INDArray sample() {
        return sample;
    }

    INDArray anchor() {
        return anchor;
    }

    /** What the network sees: scaled where it asks for it. */
    INDArray input() {
        return input == null ? sample : input;
    }

    SamplerState state(int index, String plan) {
        return new SamplerState(index, sample, anchor, Arrays.asList(predictions).subList(0, remembered), plan);
    }

    /** The arrays of a state, which are this memory's own if it is an owner. */
    void set(SamplerState state) {
        sample = state.sample();
        anchor = state.anchor();
        remembered = 0;
        for (INDArray prediction : state.predictions().subList(0, Math.min(state.predictions().size(), predictions.length - 1))) {
            predictions[remembered++] = prediction;
        }
    }

    /** A new sample that the pass writes, and no memory. */
    void start(DataType type, long... shape) {
        sample = take(NEXT, type, shape);
        anchor = sample;
    }

    void readPredictions(int pushed) {
        for (int k = 0; k < remembered; k++) {
            pass.read(MEMORY + pushed + k, predictions[k]);
        }
    }

    /** The arrays after the step take the place of those before. An array that is only passed on stays, and with a step of one array many states share it. */
    void replace(Step step) {
        DataType type = sample.dataType();
        long[] shape = sample.shape();
        INDArray newAnchor = step.keepAnchor() ? passedOn(step.anchor(), anchor) : null;
        INDArray pushed = step.remembers() ? passedOn(step.remember(), anchor) : null;
        INDArray newSample = step.churn().length == 0 ? passedOn(step.next(), newAnchor) : null;
        int count = list();
        remember(step, pushed);
        for (int i = 0; owner && i < count; i++) {
            if (old[i] != newAnchor && old[i] != newSample && !among(old[i], old, i) && !among(old[i], predictions, remembered)) {
                buffers.give(old[i]);
            }
        }
        if (step.remembers() && remembered > 0 && pushed == null) {
            predictions[0] = take(MEMORY, Kernels.computeType(type), shape);
        }
        if (step.keepAnchor() && newAnchor == null) {
            newAnchor = take(ANCHOR, type, shape);
        }
        sample = newSample == null ? take(NEXT, type, shape) : newSample;
        anchor = step.keepAnchor() ? newAnchor : sample;
    }

    /** Lists the arrays there are. */
    private int list() {
        int count = 0;
        old[count++] = sample;
        old[count++] = anchor;
        for (int k = 0; k < remembered; k++) {
            old[count++] = predictions[k];
        }
        return count;
    }

    /** Moves the memory on. */
    private void remember(Step step, INDArray pushed) {
        if (step.remembers()) {
            System.arraycopy(predictions, 0, predictions, 1, Math.min(remembered, predictions.length - 1));
            predictions[0] = pushed;
            remembered++;
        }
        remembered = Math.min(remembered, step.keepPredictions());
    }

    private static boolean among(INDArray array, INDArray[] arrays, int count) {
        for (int i = 0; i < count; i++) {
            if (arrays[i] == array) {
                return true;
            }
        }
        return false;
    }

    /** The array that a combination is, if it is nothing but the sample or the anchor. */
    private INDArray passedOn(double[][] weights, INDArray currentAnchor) {
        return Evaluation.isOnly(weights, SAMPLE) ? sample : Evaluation.isOnly(weights, ANCHOR) ? currentAnchor : null;
    }

    /** The sample as an array that no prediction is, so that it may be changed. */
    INDArray ownSample() {
        if (among(sample, predictions, remembered)) {
            INDArray copy = buffers.take(sample.dataType(), sample.shape());
            copy.assign(sample);
            anchor = anchor == sample ? copy : anchor;
            sample = copy;
        }
        return sample;
    }

    private INDArray take(int register, DataType type, long... shape) {
        INDArray array = buffers.take(type, shape);
        pass.write(register, array);
        return array;
    }

    /** An array for the network's input, which the pass writes. */
    void takeInput() {
        input = input == null ? buffers.take(sample.dataType(), sample.shape()) : input;
        pass.write(INPUT, input);
    }

    void dropInput() {
        if (input != null) {
            buffers.give(input);
            input = null;
        }
    }

    /** An array that lives until {@link #releaseTemporaries}. */
    INDArray temporary(INDArray like) {
        INDArray array = buffers.take(Kernels.computeType(like.dataType()), like.shape());
        temporaries.add(array);
        return array;
    }

    void releaseTemporaries() {
        while (!temporaries.isEmpty()) {
            buffers.give(temporaries.remove(temporaries.size() - 1));
        }
    }

    /** Gives all arrays back. */
    void free() {
        int count = sample == null ? 0 : list();
        for (int i = 0; i < count; i++) {
            if (!among(old[i], old, i)) {
                buffers.give(old[i]);
            }
        }
        dropInput();
        sample = null;
    }
}
