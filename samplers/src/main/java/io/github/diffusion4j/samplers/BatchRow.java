package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Session;
import java.util.List;

/**
 * A row of a batch: a run of its own, and where in the network's input it stands. It knows no other row.
 *
 * @param <A> the array of the library
 */
final class BatchRow<A> {

    private final SamplingBatch.Row row;
    private final Session<A> session;
    private final Buffers<A> buffers;
    /** Where the input of its next evaluation was written; nowhere if it has to be written yet. */
    private List<A> inputs = List.of();
    private int first;
    private boolean parked;
    private boolean resting;
    private Throwable failure;

    BatchRow(SamplingBatch.Row row, Session<A> session, Buffers<A> buffers) {
        this.row = row;
        this.session = session;
        this.buffers = buffers;
    }

    SamplingBatch.Row row() {
        return row;
    }

    Session<A> session() {
        return session;
    }

    Buffers<A> buffers() {
        return buffers;
    }

    /** What made the row stop, or null. */
    Throwable failure() {
        return failure;
    }

    boolean parked() {
        return parked;
    }

    boolean resting() {
        return resting;
    }

    /** Whether the row takes slots. */
    boolean running() {
        return !parked && (resting || !session.done());
    }

    /** Whether it still waits in the slots that it was given. */
    boolean stands() {
        return running() && !inputs.isEmpty();
    }

    List<Branch> branches() {
        return session.done() ? List.of(Branch.CONDITIONAL) : session.needs();
    }

    /** What the network is conditioned on: the end of the run once it is complete. */
    private double timestep() {
        Plan plan = session.plan();
        return session.done() ? plan.levelAfter(plan.evaluations() - 1).time() : session.input().timestep();
    }

    /** What the network is to compute for the row. */
    List<SamplingBatch.Slot> slots() {
        return branches().stream().map(branch -> new SamplingBatch.Slot(row, branch, timestep())).toList();
    }

    long[] outputShape(long... one) {
        return session.done() ? one : session.plan().outputShape(session.evaluation(), one);
    }

    /** How many slots the row takes after the next step, as far as its plan tells: an evaluation may still turn out to be one that is left out. */
    int following() {
        if (resting) {
            return branches().size();
        }
        Plan plan = session.plan();
        for (int evaluation = session.evaluation() + 1; evaluation < plan.evaluations(); evaluation++) {
            if (!plan.needs(evaluation).isEmpty()) {
                return plan.needs(evaluation).size();
            }
        }
        return 0;
    }

    /** Takes the steps that need no network. */
    void runOn() {
        while (!session.done() && session.needs().isEmpty()) {
            session.step(List.of());
        }
    }

    /** Stands in slots from a first one on; the input is written unless the last step wrote it there. */
    void stand(Slots<A> slots, int at) {
        List<A> own = slots.of(at, branches().size());
        first = at;
        if (inputs.size() != own.size() || inputs.get(0) != own.get(0)) {
            inputs = List.of();
            session.feed(own);
            session.feedNow();
            inputs = own;
        }
    }

    /** Steps with its part of the network's outputs and writes its next input where it will probably stand. A failure parks the row as it was before what failed. */
    void step(Slots<A> slots, A outputs, List<A> next) {
        if (resting) {
            return;
        }
        try {
            List<A> own = slots.parts(outputs, first, branches().size());
            try {
                inputs = next;
                session.feed(next);
                session.step(own);
            } finally {
                slots.release(own);
            }
            runOn();
        } catch (RuntimeException | Error e) {
            park(e);
        }
    }

    /** The estimate of its clean data. */
    A preview(Slots<A> slots, A outputs) {
        List<A> own = slots.parts(outputs, first, branches().size());
        try {
            return session.denoised(own);
        } finally {
            slots.release(own);
        }
    }

    /** Keeps its slots and takes no steps from now on. */
    void rest() {
        resting = true;
    }

    /** Takes no slots from now on. */
    void park(Throwable reason) {
        parked = true;
        resting = false;
        failure = reason;
        inputs = List.of();
    }

    /** Takes slots again, unless what failed fails again. */
    void resume() {
        try {
            runOn();
            parked = false;
            resting = false;
            failure = null;
        } catch (RuntimeException | Error e) {
            park(e);
            throw e;
        }
    }

    @Override
    public String toString() {
        Plan plan = session.plan();
        String place = "evaluation " + session.evaluation() + " of " + plan.evaluations();
        return row + (resting ? " rests at " + place : session.done() ? " is complete" : failure != null ? " failed at " + place + " (" + failure + ")" : parked ? " is paused at " + place : " stands at " + place);
    }
}
