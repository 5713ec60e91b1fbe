package io.github.diffusion4j.core.training;

import java.io.Serializable;
import java.util.List;

/**
 * Makes the training batches of clean data: a {@link TrainingRecipe} over a process, or targets that come from a network's own evaluations. A pure function of its arguments, and of the network's
 * weights where it asks one.
 *
 * @param <A> the array of a library
 */
@FunctionalInterface
public interface TrainingBatches<A> extends Serializable {

    /**
     * The batch of an iteration.
     *
     * @param data the clean data, samples along the first axis; not changed
     * @param conditions what the network is conditioned on besides, a row for each sample; empty if nothing
     * @param seed any number
     * @param iteration the training iteration, from 0
     * @return the batch, of new arrays
     */
    NoisedBatch<A> batch(A data, List<A> conditions, long seed, int iteration);
}
