package io.github.diffusion4j.samplers.pipeline;

/**
 * A run of pipelines in progress, as a listener sees it.
 *
 * @param <A> the array of the library
 */
public final class PipelineProgress<A> {

    private final PipelineRun<A, ?> run;
    private boolean cancelled;

    PipelineProgress(PipelineRun<A, ?> run) {
        this.run = run;
    }

    /**
     * How many evaluations of all pictures are behind, this one included.
     *
     * @return the number
     */
    public int done() {
        return run.done();
    }

    /**
     * How many evaluations all pictures take.
     *
     * @return the number
     */
    public int all() {
        return run.all();
    }

    /**
     * What the network takes for a clean picture.
     *
     * @param pipeline the number of the pipeline, 0 where there is one
     * @param picture the number of its picture, from 0
     * @return the estimate, which is the run's own and changes with the next one
     * @throws IllegalStateException if the picture is complete, or its evaluation was left out
     */
    public A estimate(int pipeline, int picture) {
        return run.estimate(pipeline, picture);
    }

    /** Ends the run: it frees its arrays and throws {@link java.util.concurrent.CancellationException}. */
    public void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }
}
