package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Buffers;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.noise.NoiseSource;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A run in progress that works in its own arrays: after the first steps it allocates nothing. Use it where {@link Plan#step} with a new state for every step costs too
 * much, and close it, which frees what it made. One thread at a time.
 *
 * <pre>{@code
 *   try (Session session = plan.session(noise, source)) {
 *       while (!session.done()) {
 *           ModelInput in = session.input();
 *           session.step(unet(in.sample(), in.timestep()));
 *       }
 *       INDArray image = session.result();
 *   }
 * }</pre>
 */
public final class Session implements AutoCloseable {

    private final Plan plan;
    private final NoiseSource source;
    private final Buffers buffers = Buffers.recycling();
    private final Engine engine;
    private final Current current = new Current();
    private int evaluation;
    private INDArray preview;
    private Inpainting inpainting;
    private NoiseSource regionNoise = NoiseSource.none();

    private Session(Plan plan, NoiseSource source) {
        this.plan = plan;
        this.source = source.forRun(plan.program().noisy());
        this.engine = Engine.owning(plan.correction(), buffers, plan.program().mostPredictions());
    }

    static Session start(Plan plan, INDArray noise, NoiseSource source) {
        return new Session(plan, source).after(session -> session.engine.begin(noise, plan.startScale(), plan.evaluation(0), true, session.source, Program.churn(0)));
    }

    static Session resume(Plan plan, SamplerState state, NoiseSource source) {
        return new Session(plan, source).after(session -> {
            session.evaluation = state.index();
            session.engine.resume(state, session.done() ? Engine.NOTHING : plan.evaluation(state.index()).input());
        });
    }

    /** This session once it has begun, or closed if it cannot. */
    private Session after(Consumer<Session> beginning) {
        boolean begun = false;
        try {
            beginning.accept(this);
            begun = true;
            return this;
        } finally {
            if (!begun) {
                close();
            }
        }
    }

    /** What the network is to see now; one object for all evaluations. */
    private final class Current implements ModelInput {
        @Override
        public INDArray sample() {
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
    }

    /**
     * Keeps a known region from the next step on: the same numbers as {@link Inpainting#keepKnown} after every step, in place.
     *
     * @param region the region
     * @param noise the noise of the region; another seed than the run's, so that the two are independent
     * @return this session
     * @throws IllegalArgumentException if known data or mask do not fit the sample, naming both
     */
    public Session keeping(Inpainting region, NoiseSource noise) {
        if (!done()) {
            region.mask(plan, evaluation, sample());
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
    public ModelInput input() {
        return current;
    }

    /**
     * The sample at the noise level of the next evaluation.
     *
     * @return the session's own array, which changes with the next step
     */
    public INDArray sample() {
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
    public INDArray denoised(INDArray output) {
        if (done()) {
            throw new IllegalStateException("the run is complete; there is no evaluation to preview");
        }
        preview = preview == null || preview.wasClosed() ? Kernels.empty(sample().dataType(), sample().shape()) : preview;
        open().estimate(plan.evaluation(evaluation), output, preview);
        return preview;
    }

    /**
     * Takes the step that follows a network evaluation. If it fails, whatever the reason, the session is what it was before: the step can be tried again.
     *
     * @param output what the network returned for {@link #input}; not changed, and not read after this call
     * @throws IllegalStateException if the run is complete, the session closed or one of its arrays
     * @throws IllegalArgumentException if shape or data type do not fit, naming both sides, or the output is closed
     */
    public void step(INDArray output) {
        if (done()) {
            throw new IllegalStateException("the run is complete after its " + plan.evaluations() + " evaluations");
        }
        Step step = plan.program().steps().get(evaluation);
        if (inpainting == null) {
            open().advance(step, output, true, source);
        } else {
            stepAndKeep(step, output);
        }
        evaluation++;
    }

    /** What can fail comes before the step, so that a step that fails changes nothing. */
    private void stepAndKeep(Step step, INDArray output) {
        Mask mask = inpainting.mask(plan, evaluation, sample());
        INDArray known = buffers.take(sample().dataType(), sample().shape());
        try {
            inpainting.noise(plan, evaluation, known, regionNoise);
            engine.advance(step, output, false, source);
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
    public SamplerState state() {
        return open().state(evaluation, plan.key()).copy();
    }

    /**
     * The sample as it is now.
     *
     * @return a copy, owned by the caller
     */
    public INDArray result() {
        return Kernels.copy(open().sample());
    }

    private Engine open() {
        if (engine.sample() == null) {
            throw new IllegalStateException("the session is closed");
        }
        return engine;
    }

    /** Frees the session's arrays. */
    @Override
    public void close() {
        engine.free();
        buffers.close();
        if (preview != null) {
            preview.close();
            preview = null;
        }
    }
}
