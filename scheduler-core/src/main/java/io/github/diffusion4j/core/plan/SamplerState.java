package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Kernels;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All memory of a run as plain data: keep it, fork it, write it out, continue from it on another machine.
 *
 * <p>The arrays belong to the caller once handed out; the library never touches them again. ND4J frees arrays when the garbage collector gets to them; in a loop that should not wait
 * for it, close each state but for what the next one shares with it:
 * <pre>{@code
 *   SamplerState next = plan.step(i, output, state, noiseSource);
 *   state.closeExcept(next);
 *   state = next;
 * }</pre>
 *
 * @param index the next network evaluation, from 0; the number of evaluations when the run is complete
 * @param sample the current sample
 * @param anchor the sample a multi-evaluation step starts from; the sample itself where the solver needs none
 * @param predictions remembered predictions, newest first
 * @param plan the run that the state is of, {@link Plan#key}, which other plans refuse; empty for a state made by hand, which any plan takes that it fits
 */
public record SamplerState(int index, INDArray sample, INDArray anchor, List<INDArray> predictions, String plan) implements Serializable, AutoCloseable {

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if the index is negative, or anchor or predictions do not fit the sample: they have its shape, and its type or the one it is computed in
     * @throws NullPointerException if an array is missing
     */
    public SamplerState {
        if (index < 0) {
            throw new IllegalArgumentException("the evaluations of a run count from 0, got a state before evaluation " + index);
        }
        Objects.requireNonNull(sample, "a state needs a sample");
        Objects.requireNonNull(anchor, "a state needs an anchor; where a solver has none it is the sample");
        predictions = List.copyOf(predictions);
        // What was serialized before states knew their plan has none.
        plan = Objects.requireNonNullElse(plan, "");
        checkLike(sample, anchor, "the anchor");
        for (int k = 0; k < predictions.size(); k++) {
            checkLike(sample, predictions.get(k), "prediction " + k);
        }
    }

    /**
     * A state made by hand, which any plan takes that it fits.
     *
     * @param index the next network evaluation, from 0; the number of evaluations when the run is complete
     * @param sample the current sample
     * @param anchor the sample a multi-evaluation step starts from; the sample itself where the solver needs none
     * @param predictions remembered predictions, newest first
     * @throws IllegalArgumentException if the index is negative, or anchor or predictions do not fit the sample
     * @throws NullPointerException if an array is missing
     */
    public SamplerState(int index, INDArray sample, INDArray anchor, List<INDArray> predictions) {
        this(index, sample, anchor, predictions, "");
    }

    private static void checkLike(INDArray sample, INDArray array, String what) {
        if (array != sample && !isLike(sample, array)) {
            throw new IllegalArgumentException(what + " of a state is " + array.dataType() + Arrays.toString(array.shape()) + " but its sample is " + sample.dataType()
                    + Arrays.toString(sample.shape()) + "; both need the same shape and type (FLOAT beside HALF and BFLOAT16)");
        }
    }

    /** Whether an array can stand in a state beside a sample. */
    static boolean isLike(INDArray sample, INDArray array) {
        DataType type = sample.dataType();
        return Arrays.equals(sample.shape(), array.shape()) && (array.dataType() == type || array.dataType() == Kernels.computeType(type));
    }

    /**
     * The same state as one of another plan, for who means it: the plan reads anchor and predictions as its own, whatever made them.
     *
     * @param other the plan to continue with
     * @return the state, of the same arrays
     */
    public SamplerState forPlan(Plan other) {
        return new SamplerState(index, sample, anchor, predictions, other.key());
    }

    /** Refuses to go on with arrays whose memory is gone. */
    void checkOpen() {
        Fit.checkOpen(sample, "the sample of the state");
        Fit.checkOpen(anchor, "the anchor of the state");
        for (int k = 0; k < predictions.size(); k++) {
            Fit.checkOpen(predictions.get(k), "prediction " + k + " of the state");
        }
    }

    /**
     * The same state with arrays of its own; what is one array here is one array there.
     *
     * @return the copy
     * @throws IllegalArgumentException if an array is closed, naming it
     */
    public SamplerState copy() {
        checkOpen();
        INDArray newSample = Kernels.copy(sample);
        INDArray newAnchor = anchor == sample ? newSample : Kernels.copy(anchor);
        return new SamplerState(index, newSample, newAnchor,
                predictions.stream().map(p -> p == sample ? newSample : p == anchor ? newAnchor : Kernels.copy(p)).toList(), plan);
    }

    /** Closes all arrays of the state; those that are closed already, or are views of others, stay as they are. */
    @Override
    public void close() {
        arrays().forEach(INDArray::close);
    }

    /**
     * Closes the arrays of this state that another one does not hold.
     *
     * @param next the state that goes on, usually the next one
     */
    public void closeExcept(SamplerState next) {
        Set<INDArray> own = arrays();
        own.removeAll(next.arrays());
        own.forEach(INDArray::close);
    }

    /** The arrays, each once. */
    private Set<INDArray> arrays() {
        Set<INDArray> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        arrays.add(sample);
        arrays.add(anchor);
        arrays.addAll(predictions);
        return arrays;
    }

    /**
     * Writes the state in a form that any version and any language can read: big-endian as in {@link java.io.DataOutput}, the text {@code diffusion4j state 2}, the {@link #plan} as text, the index, then
     * sample, whether the anchor is another array and if so the anchor, the number of predictions and the predictions. An array is its data type as text, its rank, its
     * shape as 64-bit numbers, and its values in C order: as double for DOUBLE, as float for all other types. Form 1, of earlier versions, has no plan.
     *
     * @param stream where to write; it is not closed
     * @throws IOException if that fails
     * @throws IllegalArgumentException if an array is closed, naming it
     */
    public void write(OutputStream stream) throws IOException {
        checkOpen();
        WrittenState.write(this, stream);
    }

    /**
     * Reads what {@link #write} wrote. Nothing that the stream says of its own size is believed: what is read takes memory in proportion to the bytes that are there.
     *
     * @param stream where to read; it is not closed
     * @return the state
     * @throws IOException if the stream ends early or holds something else, saying what and where
     */
    public static SamplerState read(InputStream stream) throws IOException {
        return new WrittenState(stream).read();
    }
}
