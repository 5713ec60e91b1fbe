package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One evaluation of the network: what it is asked, for which rows, and the step of each that follows. It is open from the question to the step.
 *
 * @param <A> the array of the library
 */
final class Round<A> {

    /** From so many values in the slots on, several threads are faster than one, as for the pass over a single row. */
    private static final long WORTH_THREADS = 1 << 17;

    private final Arrays<A> arrays;
    private final ElementType type;
    private final long[] one;
    private final Slots<A> slots;
    /** The rows that were asked for, and their slots. */
    private List<BatchRow<A>> rows = List.of();
    private List<SamplingBatch.Slot> asked = List.of();

    Round(Arrays<A> arrays, ElementType type, int axis, long... one) {
        this.arrays = arrays;
        this.type = type;
        this.one = one;
        this.slots = new Slots<>(arrays, type, axis, one);
    }

    /** Whether the network was asked and a row waits for the answer. */
    boolean isOpen() {
        return rows.stream().anyMatch(BatchRow::stands);
    }

    /** Gives rows slots in their order; where a row stands already, nothing is written. */
    void ask(List<BatchRow<A>> running) {
        close();
        List<SamplingBatch.Slot> all = running.stream().flatMap(row -> row.slots().stream()).toList();
        slots.reserve(all.size());
        int first = 0;
        for (BatchRow<A> row : running) {
            row.stand(slots, first);
            first += row.branches().size();
        }
        rows = running;
        asked = all;
    }

    List<SamplingBatch.Slot> asked() {
        return asked;
    }

    A inputs() {
        return slots.used(asked.size());
    }

    /** Steps the rows that still wait, side by side where that is worth it: they share nothing. */
    void step(A outputs) {
        checkFit(outputs);
        List<BatchRow<A>> waiting = rows.stream().filter(BatchRow::stands).toList();
        int[] next = new int[waiting.size() + 1];
        for (int k = 0; k < waiting.size(); k++) {
            next[k + 1] = next[k] + waiting.get(k).following();
        }
        slots.reserve(next[waiting.size()]);
        IntStream each = IntStream.range(0, waiting.size());
        boolean worth = slots.reached() && asked.size() * slots.length() >= WORTH_THREADS;
        close();
        (worth ? each.parallel() : each).forEach(k -> waiting.get(k).step(slots, outputs, slots.of(next[k], next[k + 1] - next[k])));
        for (BatchRow<A> row : waiting) {
            if (row.failure() instanceof Error error) {
                throw error;
            }
        }
    }

    /** The estimate of a row's clean data. */
    A preview(BatchRow<A> row, A outputs) {
        checkFit(outputs);
        if (!rows.contains(row) || !row.stands()) {
            throw new IllegalStateException(row + " and has no slot in these outputs");
        }
        return row.preview(slots, outputs);
    }

    private void checkFit(A outputs) {
        if (rows.isEmpty()) {
            throw new IllegalStateException("these outputs answer no question: inputs() was not asked for since the last step; evaluate the network for it");
        }
        if (arrays.isClosed(outputs)) {
            throw new IllegalArgumentException("the network's outputs are closed: their memory was freed; hand in an array that is open");
        }
        if (slots.contain(outputs)) {
            throw new IllegalArgumentException("the network's outputs lie where its inputs do, which the step writes over while it reads; give the network an array of its own for them");
        }
        rows.stream().filter(BatchRow::stands).forEach(row -> checkFit(row, outputs));
    }

    private void checkFit(BatchRow<A> row, A outputs) {
        long[] shape = arrays.shape(outputs);
        long[] expected = slots.shape(asked.size(), row.outputShape(one));
        if (arrays.type(outputs) != type || !java.util.Arrays.equals(shape, expected)) {
            throw new IllegalArgumentException("the network's outputs are " + arrays.type(outputs) + java.util.Arrays.toString(shape) + " but " + row.row() + " needs them as " + type
                    + java.util.Arrays.toString(expected) + ": one for each of the " + asked.size() + " slots of inputs(), in their order");
        }
    }

    private void close() {
        rows = List.of();
        asked = List.of();
    }

    /** Frees the slots. */
    void free() {
        close();
        slots.free();
    }
}
