package io.github.diffusion4j.core.plan;

import static io.github.diffusion4j.core.plan.Evaluation.ANCHOR;
import static io.github.diffusion4j.core.plan.Evaluation.HELD;
import static io.github.diffusion4j.core.plan.Evaluation.KEPT;
import static io.github.diffusion4j.core.plan.Evaluation.MEMORY;
import static io.github.diffusion4j.core.plan.Evaluation.NEXT;
import static io.github.diffusion4j.core.plan.Evaluation.SAMPLE;

import io.github.diffusion4j.core.kernel.ArrayPass;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The arrays of a run: which there are, which of them are the same, and which a pass writes.
 *
 * <p>A step is prepared, run and then taken over by {@link #commit}: until then the memory is what it was, and {@link #rollback} gives back what the step was to write to. A memory
 * that owns its arrays may let the pass write to those that the step is the last to read, in place.
 *
 * @param <A> the array of the library
 */
final class RunMemory<A> {

    private final ArrayPass<A> pass;
    private final Buffers<A> buffers;
    private final Arrays<A> arrays;
    private final boolean owner;
    private final A[] predictions;
    /** What guidance holds, in the order of its names. */
    private final A[] held = slots(Evaluation.MOST_HELD);
    private final A[] nextHeld = slots(Evaluation.MOST_HELD);
    private List<String> heldNames = List.of();
    private List<String> nextHeldNames = List.of();
    /** The arrays that a step is the last to read. */
    private final A[] dead;
    private final List<A> temporaries = new ArrayList<>();
    /** What was taken for the step that is prepared. */
    private final List<A> taken = new ArrayList<>();
    private int remembered;
    private A sample;
    private A anchor;
    private A input;
    private int deadCount;
    private boolean pushes;
    private int nextRemembered;
    private A nextPrediction;
    private A nextSample;
    private A nextAnchor;
    private A nextInput;

    RunMemory(ArrayPass<A> pass, Buffers<A> buffers, boolean owner, int most) {
        this.pass = pass;
        this.buffers = buffers;
        this.arrays = buffers.arrays();
        this.owner = owner;
        this.predictions = slots(most + 1);
        this.dead = slots(most + 4 + Evaluation.MOST_HELD);
    }

    @SuppressWarnings("unchecked")
    private static <A> A[] slots(int count) {
        return (A[]) new Object[count];
    }

    /** The shape of the arrays of the run. */
    long[] shape() {
        return arrays.shape(sample);
    }

    A sample() {
        return sample;
    }

    A anchor() {
        return anchor;
    }

    /** The sample after the step that is prepared. */
    A nextSample() {
        return nextSample;
    }

    /** What the network sees: scaled where it asks for it. */
    A input() {
        return input == null ? sample : input;
    }

    A held(int place) {
        return held[place];
    }

    SamplerState<A> state(int index, String plan, Map<String, List<Double>> numbers) {
        Map<String, A> named = new LinkedHashMap<>();
        for (int k = 0; k < heldNames.size(); k++) {
            named.put(heldNames.get(k), held[k]);
        }
        return new SamplerState<>(arrays, index, sample, anchor, remembered(), plan, new Held<>(named, numbers));
    }

    private List<A> remembered() {
        List<A> list = new ArrayList<>();
        for (int k = 0; k < remembered; k++) {
            list.add(predictions[k]);
        }
        return list;
    }

    /** Refuses to go on where someone closed an array of the run. */
    void checkOpen() {
        checkOpen(sample, "sample");
        checkOpen(anchor, "anchor");
        for (int k = 0; k < remembered; k++) {
            checkOpen(predictions[k], "remembered prediction");
        }
        for (int k = 0; k < heldNames.size(); k++) {
            checkOpen(held[k], "held array");
        }
        checkOpen(input(), "network input");
    }

    private void checkOpen(A array, String what) {
        if (arrays.isClosed(array)) {
            throw new IllegalStateException("the " + what + " of the run was closed, so that it cannot go on; the arrays of a session are its own, copy what you close");
        }
    }

    /** The arrays of a state, which are this memory's own if it is an owner. */
    void set(SamplerState<A> state) {
        sample = state.sample();
        anchor = state.anchor();
        remembered = 0;
        for (A prediction : state.predictions().subList(0, Math.min(state.predictions().size(), predictions.length - 1))) {
            predictions[remembered++] = prediction;
        }
        heldNames = List.copyOf(state.held().arrays().keySet());
        int place = 0;
        for (A array : state.held().arrays().values()) {
            held[place++] = array;
        }
    }

    /** Binds what guidance holds to its registers. */
    void readHeld() {
        for (int k = 0; k < heldNames.size(); k++) {
            pass.read(HELD + k, held[k]);
        }
    }

    void readPredictions(int pushed) {
        for (int k = 0; k < remembered; k++) {
            pass.read(MEMORY + pushed + k, predictions[k]);
        }
    }

    /** A new sample that the pass writes, and no memory. */
    void prepareStart(ElementType type, long... shape) {
        deadCount = 0;
        pushes = false;
        nextRemembered = 0;
        nextHeldNames = List.of();
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
        ElementType type = arrays.type(sample);
        long[] shape = arrays.shape(sample);
        pushes = step.remembers();
        nextRemembered = Math.min(remembered + (pushes ? 1 : 0), step.keepPredictions());
        nextAnchor = step.keepAnchor() ? passedOn(step.anchor(), anchor) : null;
        nextPrediction = pushes && nextRemembered > 0 ? passedOn(step.remember(), anchor) : null;
        nextSample = step.churn().length == 0 ? passedOn(step.next(), nextAnchor) : null;
        nextHeldNames = step.guided().heldAfter();
        for (int k = 0; k < nextHeldNames.size(); k++) {
            nextHeld[k] = heldOn(step.kept()[k]);
        }
        list();
        for (int k = 0; k < nextHeldNames.size(); k++) {
            if (nextHeld[k] == null) {
                nextHeld[k] = write(KEPT + k, type.computed(), inPlace, shape);
            }
        }
        if (pushes && nextRemembered > 0 && nextPrediction == null) {
            nextPrediction = write(MEMORY, type.computed(), inPlace, shape);
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
    A prepareInput(boolean inPlace) {
        nextInput = input != null && inPlace ? input : take(arrays.type(nextSample), arrays.shape(nextSample));
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
        nextHeldNames = heldNames;
        System.arraycopy(held, 0, nextHeld, 0, held.length);
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
        for (int k = 0; k < held.length; k++) {
            held[k] = k < nextHeldNames.size() ? nextHeld[k] : null;
        }
        heldNames = nextHeldNames;
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
            for (int k = 0; k < heldNames.size(); k++) {
                dies(held[k]);
            }
        }
    }

    private void dies(A array) {
        boolean lives = array == nextAnchor || array == nextSample || array == nextPrediction || among(array, predictions, nextRemembered - (pushes ? 1 : 0))
                || among(array, nextHeld, nextHeldNames.size());
        if (!lives && !among(array, dead, deadCount)) {
            dead[deadCount++] = array;
        }
    }

    private static boolean among(Object array, Object[] among, int count) {
        for (int i = 0; i < count; i++) {
            if (among[i] == array) {
                return true;
            }
        }
        return false;
    }

    /** The array that a combination is, if it is nothing but the sample or the anchor. */
    private A passedOn(double[][] weights, A currentAnchor) {
        return Evaluation.isOnly(weights, SAMPLE) ? sample : Evaluation.isOnly(weights, ANCHOR) ? currentAnchor : null;
    }

    /** The array that is held on as it is: one that was held, or the sample. */
    private A heldOn(double[][] weights) {
        for (int k = 0; k < heldNames.size(); k++) {
            if (Evaluation.isOnly(weights, HELD + k)) {
                return held[k];
            }
        }
        return Evaluation.isOnly(weights, SAMPLE) ? sample : null;
    }

    private A write(int register, ElementType type, boolean inPlace, long... shape) {
        A array = inPlace ? revived(type) : null;
        array = array == null ? take(type, shape) : array;
        pass.write(register, array);
        return array;
    }

    /** An array that the step is the last to read; all have one shape. */
    private A revived(ElementType type) {
        for (int i = deadCount - 1; i >= 0; i--) {
            A array = dead[i];
            if (array != null && arrays.type(array) == type) {
                dead[i] = null;
                return array;
            }
        }
        return null;
    }

    private A take(ElementType type, long... shape) {
        A array = buffers.take(type, shape);
        taken.add(array);
        return array;
    }

    /** The sample as an array that no prediction is, so that it may be changed. */
    A ownSample() {
        if (among(sample, predictions, remembered) || among(sample, held, heldNames.size())) {
            A copy = copied(sample);
            anchor = anchor == sample ? copy : anchor;
            sample = copy;
        }
        return sample;
    }

    /** A copy that is the run's own. */
    A copied(A array) {
        A copy = buffers.take(arrays.type(array), arrays.shape(array));
        arrays.assign(array, copy);
        return copy;
    }

    /** An array that lives until {@link #releaseTemporaries}. */
    A temporary(A like) {
        A array = buffers.take(arrays.type(like).computed(), arrays.shape(like));
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
            nextHeldNames = List.of();
            nextSample = null;
            nextAnchor = null;
            nextPrediction = null;
            nextInput = null;
            list();
            commit();
        }
    }
}
