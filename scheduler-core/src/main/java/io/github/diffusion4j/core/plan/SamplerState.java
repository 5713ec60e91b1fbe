package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All memory of a run as plain data: keep it, fork it, write it out, continue from it on another machine.
 *
 * <p>The arrays belong to the caller once handed out; the library never touches them again. ND4J frees arrays when the garbage collector gets to them; in a loop that should not wait
 * for it, close each state but for what the next one shares with it:
 * <pre>{@code
 *   SamplerState<INDArray> next = plan.step(i, output, state, noiseSource);
 *   state.closeExcept(next);
 *   state = next;
 * }</pre>
 *
 * @param <A> the array of the library
 * @param arrays the library of the arrays
 * @param index the next network evaluation, from 0; the number of evaluations when the run is complete
 * @param sample the current sample
 * @param anchor the sample a multi-evaluation step starts from; the sample itself where the solver needs none
 * @param predictions remembered predictions, newest first
 * @param plan the run that the state is of, {@link Plan#key}, which other plans refuse; empty for a state made by hand, which any plan takes that it fits
 * @param held what guidance and skipping remember
 */
public record SamplerState<A>(Arrays<A> arrays, int index, A sample, A anchor, List<A> predictions, String plan, Held<A> held) implements Serializable, AutoCloseable {

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
        Objects.requireNonNull(arrays, "a state needs the library of its arrays");
        Objects.requireNonNull(sample, "a state needs a sample");
        Objects.requireNonNull(anchor, "a state needs an anchor; where a solver has none it is the sample");
        predictions = List.copyOf(predictions);
        plan = Objects.requireNonNullElse(plan, "");
        checkLike(arrays, sample, anchor, "the anchor");
        for (int k = 0; k < predictions.size(); k++) {
            checkLike(arrays, sample, predictions.get(k), "prediction " + k);
        }
        held.arrays().forEach((name, array) -> checkLike(arrays, sample, array, "the held array '" + name + "'"));
    }

    /**
     * A state without guidance.
     *
     * @param arrays the library of the arrays
     * @param index the next network evaluation, from 0; the number of evaluations when the run is complete
     * @param sample the current sample
     * @param anchor the sample a multi-evaluation step starts from; the sample itself where the solver needs none
     * @param predictions remembered predictions, newest first
     * @param plan the run that the state is of, empty for a state made by hand
     * @throws IllegalArgumentException if the index is negative, or anchor or predictions do not fit the sample
     * @throws NullPointerException if an array is missing
     */
    public SamplerState(Arrays<A> arrays, int index, A sample, A anchor, List<A> predictions, String plan) {
        this(arrays, index, sample, anchor, predictions, plan, Held.nothing());
    }

    /**
     * A state made by hand, which any plan takes that it fits.
     *
     * @param arrays the library of the arrays
     * @param index the next network evaluation, from 0; the number of evaluations when the run is complete
     * @param sample the current sample
     * @param anchor the sample a multi-evaluation step starts from; the sample itself where the solver needs none
     * @param predictions remembered predictions, newest first
     * @throws IllegalArgumentException if the index is negative, or anchor or predictions do not fit the sample
     * @throws NullPointerException if an array is missing
     */
    public SamplerState(Arrays<A> arrays, int index, A sample, A anchor, List<A> predictions) {
        this(arrays, index, sample, anchor, predictions, "");
    }

    private static <A> void checkLike(Arrays<A> arrays, A sample, A array, String what) {
        if (array != sample && !isLike(arrays, sample, array)) {
            throw new IllegalArgumentException(what + " of a state is " + Fit.describe(arrays, array) + " but its sample is " + Fit.describe(arrays, sample)
                    + "; both need the same shape and type (FLOAT beside HALF and BFLOAT16)");
        }
    }

    /** Whether an array can stand in a state beside a sample. */
    static <A> boolean isLike(Arrays<A> arrays, A sample, A array) {
        ElementType type = arrays.type(sample);
        return java.util.Arrays.equals(arrays.shape(sample), arrays.shape(array)) && (arrays.type(array) == type || arrays.type(array) == type.computed());
    }

    /**
     * The same state as one of another plan, for who means it: the plan reads anchor and predictions as its own, whatever made them.
     *
     * @param other the plan to continue with
     * @return the state, of the same arrays
     */
    public SamplerState<A> forPlan(Plan other) {
        return new SamplerState<>(arrays, index, sample, anchor, predictions, other.key(), held);
    }

    /**
     * The same state with arrays that its guidance is given at the start of the run.
     *
     * @param given the arrays by the names of {@link io.github.diffusion4j.core.guidance.Guidance#given}, in their order
     * @return the state, of the same arrays
     */
    public SamplerState<A> holding(Map<String, A> given) {
        return new SamplerState<>(arrays, index, sample, anchor, predictions, plan, new Held<>(given, held.numbers()));
    }

    /** Refuses to go on with arrays whose memory is gone. */
    void checkOpen() {
        Fit.checkOpen(arrays, sample, "the sample of the state");
        Fit.checkOpen(arrays, anchor, "the anchor of the state");
        for (int k = 0; k < predictions.size(); k++) {
            Fit.checkOpen(arrays, predictions.get(k), "prediction " + k + " of the state");
        }
        held.arrays().forEach((name, array) -> Fit.checkOpen(arrays, array, "the held array '" + name + "' of the state"));
    }

    /**
     * The same state with arrays of its own; what is one array here is one array there.
     *
     * @return the copy
     * @throws IllegalArgumentException if an array is closed, naming it
     */
    public SamplerState<A> copy() {
        return copy(arrays::copy);
    }

    /** The same state with arrays of somebody's. */
    SamplerState<A> copy(UnaryOperator<A> copier) {
        checkOpen();
        Map<A, A> copies = new IdentityHashMap<>();
        each().forEach(array -> copies.put(array, copier.apply(array)));
        Map<String, A> newHeld = new LinkedHashMap<>(held.arrays());
        newHeld.replaceAll((name, array) -> copies.get(array));
        return new SamplerState<>(arrays, index, copies.get(sample), copies.get(anchor), predictions.stream().map(copies::get).toList(), plan, new Held<>(newHeld, held.numbers()));
    }

    /** Closes all arrays of the state; those that are closed already, or are views of others, stay as they are. */
    @Override
    public void close() {
        each().forEach(arrays::close);
    }

    /**
     * Closes the arrays of this state that another one does not hold.
     *
     * @param next the state that goes on, usually the next one
     */
    public void closeExcept(SamplerState<A> next) {
        Set<A> own = each();
        own.removeAll(next.each());
        own.forEach(arrays::close);
    }

    /**
     * Gives the arrays of this state that another one does not hold to be used again, after which this state is not to be read.
     *
     * @param next the state that goes on, usually the next one
     * @param buffers where the arrays of later states are taken from
     */
    public void giveExcept(SamplerState<A> next, Buffers<A> buffers) {
        Set<A> own = each();
        own.removeAll(next.each());
        own.forEach(buffers::give);
    }

    /** The sample as an array that an earlier state does not hold; whatever else is new is closed. */
    A only(SamplerState<A> before) {
        Set<A> own = each();
        own.removeAll(before.each());
        A only = own.remove(sample) ? sample : arrays.copy(sample);
        own.forEach(arrays::close);
        return only;
    }

    /** The arrays, each once. */
    private Set<A> each() {
        Set<A> each = Collections.newSetFromMap(new IdentityHashMap<>());
        each.add(sample);
        each.add(anchor);
        each.addAll(predictions);
        each.addAll(held.arrays().values());
        return each;
    }

    /**
     * Writes the state in a form that any version and any language can read: big-endian as in {@link java.io.DataOutput}, the text {@code diffusion4j state 2}, the {@link #plan} as text, the index, then
     * sample, whether the anchor is another array and if so the anchor, the number of predictions and the predictions. Where something is {@link #held} the text is {@code diffusion4j state 3} and
     * there follow the number of held arrays, each with its name as text before it, and the number of held numbers, each as its name, how many rows it has, and a double for each. An array is its data type as text, its rank, its
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
     * Reads what {@link #write} wrote into arrays of ND4J. Nothing that the stream says of its own size is believed: what is read takes memory in proportion to the bytes that are there.
     *
     * @param stream where to read; it is not closed
     * @return the state
     * @throws IOException if the stream ends early or holds something else, saying what and where
     */
    public static SamplerState<INDArray> read(InputStream stream) throws IOException {
        return read(Nd4jArrays.ND4J, stream);
    }

    /**
     * Reads what {@link #write} wrote into arrays of any library, whatever library wrote it.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param stream where to read; it is not closed
     * @return the state
     * @throws IOException if the stream ends early or holds something else, saying what and where
     */
    public static <A> SamplerState<A> read(Arrays<A> arrays, InputStream stream) throws IOException {
        return new WrittenState<>(arrays, stream).read();
    }
}
