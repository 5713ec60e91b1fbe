package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Inpainting;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Continuous batching: many runs that share the calls of one network, and come and go between any two of them. Each is a row, a run of its own that may differ from the others in solver,
 * steps, guidance, correction and noise, and has the bits it would have alone. Of the network's input a row takes a slot for each {@link Branch} that its next evaluation asks for, none while
 * that is left out, or the row paused or complete. The slots lie along one axis and belong to the batch; a step reads the outputs and writes the next inputs, in one pass over each row.
 *
 * <pre>{@code
 *   try (SamplingBatch<INDArray> batch = SamplingBatch.of(Nd4jArrays.ND4J, ElementType.FLOAT, 1, 4, 64, 64)) {
 *       SamplingBatch.Row row = batch.admit(plan, noise, CounterNoise.of(42));
 *       while (batch.size() > 0) {
 *           batch.step(network(batch.inputs(), batch.slots()));       // requests are admitted, paused, taken out between two steps
 *       }
 *       INDArray image = batch.take(row);
 *   }
 * }</pre>
 *
 * <p>A row is sample 0 of its own noise source, wherever its slots are. Not thread-safe: one thread drives the batch. It steps rows on several threads where there is enough to do, so that
 * guidance and noise sources must be as immutable as they promise. The library's parts of arrays must be views ({@link Arrays#part}). Arrays of rows that left serve those that come: once there
 * were as many rows as there will ever be, only results and states that are handed out are new.
 *
 * @param <A> the array of the library
 */
public final class SamplingBatch<A> implements AutoCloseable {

    private final Arrays<A> arrays;
    private final ElementType type;
    private final long[] one;
    private final Round<A> round;
    private final Map<Row, BatchRow<A>> rows = new LinkedHashMap<>();
    /** Of rows that left. */
    private final Deque<Buffers<A>> spare = new ArrayDeque<>();
    private long admitted;
    private boolean closed;

    private SamplingBatch(int axis, Arrays<A> arrays, ElementType type, long... one) {
        this.arrays = arrays;
        this.type = type;
        this.one = one.clone();
        this.round = new Round<>(arrays, type, axis, this.one);
    }

    /**
     * An empty batch with slots along the first axis.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param type the type of samples, inputs and outputs
     * @param slot the shape of one slot, which is that of a row's sample: {@code [1, 4, 64, 64]}
     * @return the batch, to be closed
     * @throws IllegalArgumentException if the first axis is not of size 1, or the type is none that is computed
     */
    public static <A> SamplingBatch<A> of(Arrays<A> arrays, ElementType type, long... slot) {
        return along(0, arrays, type, slot);
    }

    /**
     * An empty batch with slots along any axis: frames of a video that stand at noise levels of their own are rows along axis 2 of {@code [B, C, F, H, W]}.
     *
     * @param <A> the array of the library
     * @param axis the axis of the slots, from 0
     * @param arrays the library
     * @param type the type of samples, inputs and outputs
     * @param slot the shape of one slot, which is that of a row's sample: {@code [B, C, 1, H, W]}
     * @return the batch, to be closed
     * @throws IllegalArgumentException if there is no such axis or it is not of size 1, or the type is none that is computed
     */
    public static <A> SamplingBatch<A> along(int axis, Arrays<A> arrays, ElementType type, long... slot) {
        type.computed();
        if (axis < 0 || axis >= slot.length || slot[axis] != 1) {
            throw new IllegalArgumentException("a slot of shape " + java.util.Arrays.toString(slot) + " cannot be one of several along axis " + axis + "; that axis must be there and of size 1");
        }
        return new SamplingBatch<>(axis, arrays, type, slot);
    }

    /** Names a row of one batch, also after it left. */
    public static final class Row {

        private final long number;
        private final Plan plan;

        private Row(long number, Plan plan) {
            this.number = number;
            this.plan = plan;
        }

        /**
         * The run.
         *
         * @return the plan
         */
        public Plan plan() {
            return plan;
        }

        @Override
        public String toString() {
            return "row " + number + " (" + plan + ")";
        }
    }

    /**
     * What the network is to compute in one slot.
     *
     * @param row whose slot it is
     * @param branch which of its outputs is wanted
     * @param timestep what to condition on
     */
    public record Slot(Row row, Branch branch, double timestep) {}

    /**
     * Admits a run that starts from pure noise. It takes the steps before its first network evaluation at once.
     *
     * @param plan the run
     * @param noise N(0, I) noise of a slot's shape; not changed
     * @param source where the noise of the steps comes from, for a batch of this one sample; {@link NoiseSource#none()} if the run is deterministic
     * @return the row
     * @throws IllegalArgumentException if type or shape are not a slot's, the noise is closed, or the run starts late ({@link Plan#from})
     */
    public Row admit(Plan plan, A noise, NoiseSource source) {
        checkFits("the noise that a row starts from", noise);
        return admit(plan, buffers -> plan.on(arrays).session(noise, source, buffers));
    }

    /**
     * Admits a run from a state: one that starts late, {@code plan.on(arrays).startFrom(sample)}, or goes on from where it was left, here or elsewhere.
     *
     * @param plan the run
     * @param state where to continue; copied
     * @param source where the noise of the steps comes from, for a batch of this one sample
     * @return the row
     * @throws IllegalArgumentException if type or shape are not a slot's, the state is of another plan, or one of its arrays is closed
     */
    public Row admit(Plan plan, SamplerState<A> state, NoiseSource source) {
        checkFits("the sample of the state", state.sample());
        return admit(plan, buffers -> plan.on(arrays).session(state, source, buffers));
    }

    private Row admit(Plan plan, Function<Buffers<A>, Session<A>> begin) {
        Buffers<A> buffers = spare.isEmpty() ? Buffers.recycling(arrays) : spare.pop();
        Session<A> session = null;
        boolean begun = false;
        try {
            session = begin.apply(buffers);
            BatchRow<A> row = new BatchRow<>(new Row(admitted, plan), session, buffers);
            row.runOn();
            rows.put(row.row(), row);
            admitted++;
            begun = true;
            return row.row();
        } finally {
            if (!begun) {
                leave(session, buffers);
            }
        }
    }

    private void leave(Session<A> session, Buffers<A> buffers) {
        if (session != null) {
            session.close();
        }
        spare.push(buffers);
    }

    /**
     * Keeps a known region of a row from its next step on, as {@link Session#keeping}. It is no part of the row's state.
     *
     * @param row the row
     * @param region the region
     * @param noise the noise of the region; another seed than the row's
     * @throws IllegalArgumentException if the row is none of this batch, or known data or mask do not fit its sample
     */
    public void keeping(Row row, Inpainting<A> region, NoiseSource noise) {
        found(row).session().keeping(region, noise);
    }

    /**
     * How many slots the network is to evaluate, those of resting rows included.
     *
     * @return the number; 0 if no row needs it: all are complete, rest, are paused or failed, or there is none
     */
    public int size() {
        return open().round.isOpen() ? round.asked().size() : running().stream().mapToInt(row -> row.branches().size()).sum();
    }

    /**
     * What the network is to evaluate. From here to the step the slots stay as they are: rows that are admitted or resumed meanwhile wait for the next evaluation, and what this one says of rows
     * that are paused or leave is dropped.
     *
     * @return the input of {@link #size} slots, a view that belongs to the batch and changes with the next step
     * @throws IllegalStateException if no row needs the network
     */
    public A inputs() {
        if (asked().isEmpty()) {
            throw new IllegalStateException("no row needs the network: " + (rows.isEmpty() ? "there is none; admit one" : rows.values() + "; admit or resume one"));
        }
        return round.inputs();
    }

    /**
     * What is in the slots of {@link #inputs}.
     *
     * @return for each slot its row, branch and timestep; the slots of a row lie one after another, in the order of its branches
     */
    public List<Slot> slots() {
        return asked();
    }

    /**
     * What to condition on.
     *
     * @return the timestep of each slot
     */
    public double[] timesteps() {
        return asked().stream().mapToDouble(Slot::timestep).toArray();
    }

    private List<Slot> asked() {
        if (!open().round.isOpen()) {
            round.ask(running());
        }
        return round.asked();
    }

    /** The rows that take slots, in the order of their admission; none where all of them rest. */
    private List<BatchRow<A>> running() {
        List<BatchRow<A>> running = rows.values().stream().filter(BatchRow::running).toList();
        return running.stream().allMatch(BatchRow::resting) ? List.of() : running;
    }

    /**
     * Takes the step of every row that follows the evaluation of {@link #inputs}, and those after it that need no network. A row whose step fails, whatever the reason, is what it was before that
     * step and takes no slots until it is resumed, and the others are where they would be without it; see {@link #failed}. An {@link Error} is thrown once that is done.
     *
     * @param outputs what the network returned, one output for each of {@link #slots}, in an array of its own; not changed, and not read after this call
     * @throws IllegalArgumentException if type, shape or number of slots do not fit, the outputs are closed, or lie where the inputs do; nothing has changed
     * @throws IllegalStateException if {@link #inputs} was not asked for since the last step
     */
    public void step(A outputs) {
        open().round.step(outputs);
    }

    /**
     * The guided and corrected estimate of a row's clean data, before the step that uses the same outputs.
     *
     * @param row a row that has slots
     * @param outputs what the network returned for {@link #inputs}
     * @return an array of the batch's own, which changes with the next preview of the row
     * @throws IllegalArgumentException as {@link #step}, or if the row is none of this batch
     * @throws IllegalStateException if the row has no slots, or as {@link #step}
     */
    public A preview(Row row, A outputs) {
        return round.preview(found(row), outputs);
    }

    private void checkFits(String what, A array) {
        open();
        if (arrays.isClosed(array)) {
            throw new IllegalArgumentException(what + " is closed: its memory was freed; hand in an array that is open");
        }
        if (arrays.type(array) != type || !java.util.Arrays.equals(arrays.shape(array), one)) {
            throw new IllegalArgumentException(what + " is " + arrays.type(array) + java.util.Arrays.toString(arrays.shape(array)) + " but a slot of this batch is " + type
                    + java.util.Arrays.toString(one) + "; convert it, or make a batch for each type and shape");
        }
    }

    /**
     * All rows.
     *
     * @return the rows in the order of their admission
     */
    public List<Row> rows() {
        return rows(row -> true);
    }

    /**
     * The rows that are complete.
     *
     * @return the rows, to be taken out
     */
    public List<Row> done() {
        return rows(row -> row.session().done());
    }

    /**
     * The rows whose last step failed.
     *
     * @return the rows, to be resumed or taken out
     */
    public List<Row> failed() {
        return rows(row -> row.failure() != null);
    }

    private List<Row> rows(Predicate<BatchRow<A>> condition) {
        return open().rows.values().stream().filter(condition).map(BatchRow::row).toList();
    }

    /**
     * Whether a row is complete.
     *
     * @param row the row
     * @return true if no evaluation is left
     * @throws IllegalArgumentException if the row is none of this batch
     */
    public boolean isDone(Row row) {
        return found(row).session().done();
    }

    /**
     * The next evaluation of a row.
     *
     * @param row the row
     * @return the evaluation, from 0; the number of its plan's evaluations when it is complete
     * @throws IllegalArgumentException if the row is none of this batch
     */
    public int evaluation(Row row) {
        return found(row).session().evaluation();
    }

    /**
     * Why a row takes no slots although nobody paused it.
     *
     * @param row the row
     * @return what its last step failed with; nothing if it did not fail
     * @throws IllegalArgumentException if the row is none of this batch
     */
    public Optional<Throwable> failure(Row row) {
        return Optional.ofNullable(found(row).failure());
    }

    /**
     * Lets a row keep its slots and take no steps, until it is resumed: what the network sees of it is context for the others. A frame that waits for those before it rests at its noise level, one
     * that is complete at the end of its run, as {@link Branch#CONDITIONAL}. Rows that rest need no network of their own: they do not make a batch go on.
     *
     * @param row a row that has slots, or is complete
     * @throws IllegalArgumentException if the row is none of this batch
     * @throws IllegalStateException if the row was paused or failed
     */
    public void rest(Row row) {
        BatchRow<A> found = found(row);
        if (found.parked()) {
            throw new IllegalStateException(found + " and has no slots that it could rest in; resume it first");
        }
        found.rest();
    }

    /**
     * Takes a row's slots from it, until it is resumed.
     *
     * @param row a row that has slots
     * @throws IllegalArgumentException if the row is none of this batch
     * @throws IllegalStateException if the row has no slots
     */
    public void pause(Row row) {
        BatchRow<A> found = found(row);
        if (!found.running()) {
            throw new IllegalStateException(found + " and has no slots that it could give up");
        }
        found.park(null);
    }

    /**
     * Lets a row go on that rested, was paused or failed, as if nothing had been.
     *
     * @param row a row that rested, was paused or failed
     * @throws IllegalArgumentException if the row is none of this batch
     * @throws IllegalStateException if the row neither rested nor was paused nor failed
     * @throws RuntimeException what a step that needs no network fails with; the row stays failed
     */
    public void resume(Row row) {
        BatchRow<A> found = found(row);
        if (!found.parked() && !found.resting()) {
            throw new IllegalStateException(found + " and neither rests nor was paused nor failed, so that there is nothing to resume");
        }
        found.resume();
    }

    /**
     * All memory of a row as plain data, to go on elsewhere; the row stays.
     *
     * @param row the row
     * @return a copy, owned by the caller
     * @throws IllegalArgumentException if the row is none of this batch
     */
    public SamplerState<A> state(Row row) {
        return found(row).session().state();
    }

    /**
     * Takes a row out with all its memory.
     *
     * @param row the row
     * @return its state, owned by the caller, to go on here or elsewhere
     * @throws IllegalArgumentException if the row is none of this batch
     */
    public SamplerState<A> evict(Row row) {
        SamplerState<A> state = state(row);
        cancel(row);
        return state;
    }

    /**
     * Takes a row out that is complete.
     *
     * @param row the row
     * @return its final sample, owned by the caller
     * @throws IllegalArgumentException if the row is none of this batch
     * @throws IllegalStateException if the row is not complete
     */
    public A take(Row row) {
        BatchRow<A> found = found(row);
        if (!found.session().done()) {
            throw new IllegalStateException(found + " and is not complete; step on until isDone(row), take its state out with evict(row), or cancel it");
        }
        A result = found.session().result();
        cancel(row);
        return result;
    }

    /**
     * Takes a row out and keeps nothing of it.
     *
     * @param row the row
     * @throws IllegalArgumentException if the row is none of this batch
     */
    public void cancel(Row row) {
        BatchRow<A> found = found(row);
        rows.remove(row);
        found.park(null);
        leave(found.session(), found.buffers());
    }

    private BatchRow<A> found(Row row) {
        BatchRow<A> found = open().rows.get(row);
        if (found == null) {
            throw new IllegalArgumentException(row + " is none of this batch: it was taken out, or belongs to another batch; here are " + rows.keySet());
        }
        return found;
    }

    private SamplingBatch<A> open() {
        if (closed) {
            throw new IllegalStateException("the batch is closed");
        }
        return this;
    }

    /** Frees all rows and slots. */
    @Override
    public void close() {
        rows.values().forEach(row -> leave(row.session(), row.buffers()));
        rows.clear();
        spare.forEach(Buffers::close);
        spare.clear();
        round.free();
        closed = true;
    }
}
