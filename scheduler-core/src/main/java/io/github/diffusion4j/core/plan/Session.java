package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.AbstractList;
import java.util.List;

/**
 * A run in progress that works in its own arrays: after the first steps it allocates nothing. Use it where {@link Plan#step} with a new state for every step costs too
 * much, and close it, which frees what it made. One thread at a time.
 *
 * <pre>{@code
 *   try (Session<INDArray> session = plan.session(noise, source)) {
 *       while (!session.done()) {
 *           ModelInput<INDArray> in = session.input();
 *           session.step(unet(in.sample(), in.timestep()));
 *       }
 *       INDArray image = session.result();
 *   }
 * }</pre>
 *
 * @param <A> the array of the library
 */
public final class Session<A> implements AutoCloseable {

    private final Runs<A> runs;
    private final Plan plan;
    private final NoiseSource source;
    private final Arrays<A> arrays;
    private final Buffers<A> buffers;
    /** Whether the buffers end with the session. */
    private final boolean owner;
    private final Engine<A> engine;
    private final Current current = new Current();
    private final Only<A> only = new Only<>();
    private int evaluation;
    private List<Branch> needs;
    private A preview;
    private Inpainting<A> inpainting;
    private NoiseSource regionNoise = NoiseSource.none();

    Session(Runs<A> runs, NoiseSource source, Buffers<A> buffers, boolean owner) {
        this.runs = runs;
        this.plan = runs.plan();
        this.arrays = runs.arrays();
        this.buffers = buffers;
        this.owner = owner;
        this.source = source.forRun(plan.program().noisy());
        this.engine = Engine.owning(runs, buffers, plan.program().mostPredictions());
    }

    Session<A> start(A noise) {
        return after(() -> engine.begin(noise, plan.startScale(), plan.evaluation(0), true, source, Program.churn(0)));
    }

    Session<A> resume(SamplerState<A> state) {
        return after(() -> {
            evaluation = state.index();
            engine.resume(state, done() ? Engine.NOTHING : plan.evaluation(evaluation).input());
        });
    }

    /** This session once it has begun, or closed if it cannot. */
    private Session<A> after(Runnable beginning) {
        boolean begun = false;
        try {
            beginning.run();
            begun = true;
            return this;
        } finally {
            if (!begun) {
                close();
            }
        }
    }

    /** A list of one array; one object for all evaluations. */
    private static final class Only<A> extends AbstractList<A> {

        private A array;

        Only<A> of(A other) {
            array = other;
            return this;
        }

        @Override
        public A get(int index) {
            return array;
        }

        @Override
        public int size() {
            return 1;
        }
    }

    /** What the network is to see now; one object for all evaluations. */
    private final class Current implements ModelInput<A> {
        @Override
        public Arrays<A> arrays() {
            return arrays;
        }

        @Override
        public A sample() {
            return open().input();
        }

        @Override
        public double timestep() {
            return plan.timestep(evaluation);
        }

        @Override
        public NoiseLevel level() {
            return plan.level(evaluation);
        }

        @Override
        public List<Branch> branches() {
            return needs();
        }
    }

    /**
     * What the network is to be asked for at the next evaluation.
     *
     * @return the branches; none if the evaluation is left out, or the run complete
     */
    public List<Branch> needs() {
        if (needs == null) {
            Guided guided = done() ? null : plan.evaluation(evaluation).guided();
            needs = guided == null || guided.maySkip() && open().leavesOut(guided) ? List.of() : guided.branches();
        }
        return needs;
    }

    /**
     * Sends the network's inputs to arrays of the caller's from now on: one array for each branch that the next evaluation asks for, written by the same pass as the sample.
     *
     * @param slots the arrays, of the sample's type and shape; none to have the session's own again
     */
    public void feed(List<A> slots) {
        open().feed(slots);
    }

    /** Writes the input of the next evaluation to the arrays of {@link #feed}, or to the session's own, now. */
    public void feedNow() {
        open().feedNow(done() ? Engine.NOTHING : plan.evaluation(evaluation).input());
    }

    /**
     * Keeps a known region from the next step on: the same numbers as {@link Inpainting#keepKnown} after every step, in place.
     *
     * @param region the region
     * @param noise the noise of the region; another seed than the run's, so that the two are independent
     * @return this session
     * @throws IllegalArgumentException if known data or mask do not fit the sample, naming both
     */
    public Session<A> keeping(Inpainting<A> region, NoiseSource noise) {
        if (!done()) {
            region.mask(runs, evaluation, sample());
        }
        inpainting = region;
        regionNoise = noise;
        return this;
    }

    /**
     * The plan.
     *
     * @return the plan
     */
    public Plan plan() {
        return plan;
    }

    /**
     * The next network evaluation.
     *
     * @return the evaluation, from 0; the number of evaluations when the run is complete
     */
    public int evaluation() {
        return evaluation;
    }

    /**
     * Whether the run is complete.
     *
     * @return true if no evaluation is left
     */
    public boolean done() {
        return evaluation == plan.evaluations();
    }

    /**
     * What to feed the network.
     *
     * @return the input; it and its sample change with the next step
     */
    public ModelInput<A> input() {
        return current;
    }

    /**
     * The sample at the noise level of the next evaluation.
     *
     * @return the session's own array, which changes with the next step
     */
    public A sample() {
        return open().sample();
    }

    /**
     * The network's corrected estimate of the clean data, a preview of the result.
     *
     * @param output what the network returned for {@link #input}
     * @return the session's own array, which changes with the next preview
     * @throws IllegalStateException if the run is complete, the session closed or one of its arrays
     * @throws IllegalArgumentException if shape or data type do not fit, or the output is closed
     */
    public A denoised(A output) {
        return denoised(only.of(output));
    }

    /**
     * The guided and corrected estimate of the clean data, for previews.
     *
     * @param outputs what the network returned for {@link #input}, one for each of {@link #needs}
     * @return the session's own array, which changes with the next preview
     * @throws IllegalStateException if the run is complete, the session closed or one of its arrays
     * @throws IllegalArgumentException if number, shape or data type do not fit, or an output is closed
     */
    public A denoised(List<A> outputs) {
        if (done()) {
            throw new IllegalStateException("the run is complete; there is no evaluation to preview");
        }
        preview = preview == null || arrays.isClosed(preview) ? buffers.take(arrays.type(sample()), arrays.shape(sample())) : preview;
        open().estimate(plan.evaluation(evaluation), outputs, preview);
        return preview;
    }

    /**
     * Takes the step that follows a network evaluation. If it fails, whatever the reason, the session is what it was before: the step can be tried again. Only where a known region is kept in
     * arrays whose memory Java does not reach, a failure of their library may come after the step.
     *
     * @param output what the network returned for {@link #input}; not changed, and not read after this call
     * @throws IllegalStateException if the run is complete, the session closed or one of its arrays
     * @throws IllegalArgumentException if shape or data type do not fit, naming both sides, or the output is closed
     */
    public void step(A output) {
        step(only.of(output));
    }

    /**
     * Takes the step that follows a network evaluation of several branches, or of none. If it fails, the session is what it was before.
     *
     * @param outputs what the network returned for {@link #input}, one for each of {@link #needs}, in their order; not changed, and not read after this call
     * @throws IllegalStateException if the run is complete, the session closed or one of its arrays
     * @throws IllegalArgumentException if number, shape or data type do not fit, naming both sides, or an output is closed
     */
    public void step(List<A> outputs) {
        if (done()) {
            throw new IllegalStateException("the run is complete after its " + plan.evaluations() + " evaluations");
        }
        Step step = plan.program().steps().get(evaluation);
        if (inpainting == null) {
            open().advance(step, outputs, true, source);
        } else {
            stepAndKeep(step, outputs);
        }
        evaluation++;
        needs = null;
    }

    /** What can fail comes before the step, so that a step that fails changes nothing. */
    private void stepAndKeep(Step step, List<A> outputs) {
        Mask mask = inpainting.mask(runs, evaluation, sample());
        A known = buffers.take(arrays.type(sample()), arrays.shape(sample()));
        try {
            inpainting.noise(runs, evaluation, known, regionNoise);
            engine.advance(step, outputs, false, source);
            engine.keep(known, mask, step.input());
        } finally {
            buffers.give(known);
        }
    }

    /**
     * The run's memory as plain data, to continue from elsewhere.
     *
     * @return a copy, owned by the caller
     */
    public SamplerState<A> state() {
        return open().state(evaluation, plan).copy();
    }

    /**
     * The sample as it is now.
     *
     * @return a copy, owned by the caller
     */
    public A result() {
        return arrays.copy(open().sample());
    }

    private Engine<A> open() {
        if (engine.sample() == null) {
            throw new IllegalStateException("the session is closed");
        }
        return engine;
    }

    /** Frees the session's arrays, or gives them back to the buffers that it was given. */
    @Override
    public void close() {
        engine.free();
        if (preview != null) {
            buffers.give(preview);
            preview = null;
        }
        if (owner) {
            buffers.close();
        }
    }
}
