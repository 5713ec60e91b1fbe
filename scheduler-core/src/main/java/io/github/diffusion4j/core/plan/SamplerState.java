package io.github.diffusion4j.core.plan;

import java.io.Serializable;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All memory of a run as plain data: keep it, fork it, write it out, continue from it on another machine.
 *
 * <p>The arrays belong to the caller once handed out; the library never touches them again.
 *
 * @param index the next network evaluation, from 0; the number of evaluations when the run is complete
 * @param sample the current sample
 * @param anchor the sample a multi-evaluation step starts from; the sample itself where the solver needs none
 * @param predictions remembered predictions, newest first
 */
public record SamplerState(int index, INDArray sample, INDArray anchor, List<INDArray> predictions) implements Serializable {

    /** Copies the list. */
    public SamplerState {
        predictions = List.copyOf(predictions);
    }
}
