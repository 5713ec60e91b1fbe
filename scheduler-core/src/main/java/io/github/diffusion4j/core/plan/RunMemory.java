package io.github.diffusion4j.core.plan;

import static io.github.diffusion4j.core.plan.Evaluation.ANCHOR;
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
 * <p>A step is prepared, run and then taken over by {@link #commit}: until then the memory is what it was, and {@link #rollback} gives back what the step was to write to. A memory
 * that owns its arrays may let the pass write to those that the step is the last to read, in place.
 */
final class RunMemory {

    private final Pass pass;
    private final Buffers buffers;
    private final boolean owner;
    private final INDArray[] predictions;
    /** The arrays that a step is the last to read. */
    private final INDArray[] dead;
    private final List<INDArray> temporaries = new ArrayList<>();
    /** What was taken for the step that is prepared. */
    private final List<INDArray> taken = new ArrayList<>();
    private int remembered;
    private INDArray sample;
    private INDArray anchor;
    private INDArray input;
    private int deadCount;
    private boolean pushes;
    private int nextRemembered;
    private INDArray nextPrediction;
    private INDArray nextSample;
    private INDArray nextAnchor;
    private INDArray nextInput;

    RunMemory(Pass pass, Buffers buffers, boolean owner, int most) {
        this.pass = pass;
        this.buffers = buffers;
        this.owner = owner;
        this.predictions = new INDArray[most + 1];
        this.dead = new INDArray[most + 4];
    }

    INDArray sample() {
        return sample;
    }

    INDArray anchor() {
        return anchor;
    }

    /** The sample after the step that is prepared. */
    INDArray nextSample() {
        return nextSample;
    }

    /** What the network sees: scaled where it asks for it. */
    INDArray input() {
        return input == null ? sample : input;
    }

    SamplerState state(int index, String plan) {
        return new SamplerState(index, sample, anchor, Arrays.asList(predictions).subList(0, remembered), plan);
    }

    /** Refuses to go on where someone closed an array of the run. */
    void checkOpen() {
        checkOpen(sample, "sample");
        checkOpen(anchor, "anchor");
        for (int k = 0; k < remembered; k++) {
            checkOpen(predictions[k], "remembered prediction");
        }
        checkOpen(input(), "network input");
    }

    private static void checkOpen(INDArray array, String what) {
        if (array.wasClosed()) {
            throw new IllegalStateException("the " + what + " of the run was closed, so that it cannot go on; the arrays of a session are its own, copy what you close");
        }
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

    void readPredictions(int pushed) {
        for (int k = 0; k < remembered; k++) {
            pass.read(MEMORY + pushed + k, predictions[k]);
        }
    }

    /** A new sample that the pass writes, and no memory. */
    void prepareStart(DataType type, long... shape) {
        deadCount = 0;
        pushes = false;
        nextRemembered = 0;
        nextSample = write(NEXT, type, false, shape);
        nextAnchor = nextSample;
        nextInput = null;
    }

    /**
     * Finds the arrays that a step writes. An array that is only passed on stays, and with a step of one array many states share it.
     *
     * @param step the step
     * @param inPlace whether the pass may write to arrays that it reads
     */
    void prepare(Step step, boolean inPlace) {
        DataType type = sample.dataType();
        long[] shape = sample.shape();
        pushes = step.remembers();
        nextRemembered = Math.min(remembered + (pushes ? 1 : 0), step.keepPredictions());
        nextAnchor = step.keepAnchor() ? passedOn(step.anchor(), anchor) : null;
        nextPrediction = pushes && nextRemembered > 0 ? passedOn(step.remember(), anchor) : null;
        nextSample = step.churn().length == 0 ? passedOn(step.next(), nextAnchor) : null;
        list();
        if (pushes && nextRemembered > 0 && nextPrediction == null) {
            nextPrediction = write(MEMORY, Kernels.computeType(type), inPlace, shape);
        }
        if (step.keepAnchor() && nextAnchor == null) {
            nextAnchor = write(ANCHOR, type, inPlace, shape);
        }
        if (nextSample == null) {
            nextSample = write(NEXT, type, inPlace, shape);
        }
        nextAnchor = step.keepAnchor() ? nextAnchor : nextSample;
    }

    /**
     * The network's input after the step as an array of its own.
     *
     * @param inPlace whether the input before may be written over
     */
    INDArray prepareInput(boolean inPlace) {
        nextInput = input != null && inPlace ? input : take(nextSample.dataType(), nextSample.shape());
        return nextInput;
    }

    /** The network's input after the step is the sample. */
    void prepareNoInput() {
        nextInput = null;
    }

    /** Prepares a change of the network's input alone. */
    void prepareSame() {
        deadCount = 0;
        pushes = false;
        nextRemembered = remembered;
        nextSample = sample;
        nextAnchor = anchor;
    }

    /** The arrays after the step take the place of those before. */
    void commit() {
        for (int i = 0; i < deadCount; i++) {
            if (dead[i] != null) {
                buffers.give(dead[i]);
            }
        }
        if (pushes) {
            System.arraycopy(predictions, 0, predictions, 1, Math.min(remembered, predictions.length - 1));
            predictions[0] = nextPrediction;
        }
        remembered = nextRemembered;
        sample = nextSample;
        anchor = nextAnchor;
        if (input != null && input != nextInput) {
            buffers.give(input);
        }
        input = nextInput;
        taken.clear();
    }

    /** Gives back what a step that was not taken was to write to. */
    void rollback() {
        while (!taken.isEmpty()) {
            buffers.give(taken.remove(taken.size() - 1));
        }
    }

    /** Lists the arrays that the step is the last to read. */
    private void list() {
        deadCount = 0;
        if (owner) {
            dies(sample);
            dies(anchor);
            for (int k = 0; k < remembered; k++) {
                dies(predictions[k]);
            }
        }
    }

    private void dies(INDArray array) {
        boolean lives = array == nextAnchor || array == nextSample || array == nextPrediction || among(array, predictions, nextRemembered - (pushes ? 1 : 0));
        if (!lives && !among(array, dead, deadCount)) {
            dead[deadCount++] = array;
        }
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

    private INDArray write(int register, DataType type, boolean inPlace, long... shape) {
        INDArray array = inPlace ? revived(type) : null;
        array = array == null ? take(type, shape) : array;
        pass.write(register, array);
        return array;
    }

    /** An array that the step is the last to read; all have one shape. */
    private INDArray revived(DataType type) {
        for (int i = deadCount - 1; i >= 0; i--) {
            INDArray array = dead[i];
            if (array != null && array.dataType() == type) {
                dead[i] = null;
                return array;
            }
        }
        return null;
    }

    private INDArray take(DataType type, long... shape) {
        INDArray array = buffers.take(type, shape);
        taken.add(array);
        return array;
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
        if (sample != null) {
            nextRemembered = 0;
            pushes = false;
            nextSample = null;
            nextAnchor = null;
            nextPrediction = null;
            nextInput = null;
            list();
            commit();
        }
    }
}
