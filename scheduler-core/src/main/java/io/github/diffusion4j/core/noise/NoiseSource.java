package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Standard-normal noise as a pure function: equal requests give equal numbers, in any order and on any thread.
 *
 * <p>Implementations are immutable. Samples lie along the first axis of an array.
 */
@FunctionalInterface
public interface NoiseSource extends Serializable {

    /**
     * Writes the requested noise.
     *
     * @param request which noise
     * @param out the array to fill with independent N(0, 1) numbers
     */
    void fill(NoiseRequest request, INDArray out);

    /**
     * The requested noise as a new array.
     *
     * @param request which noise
     * @param type the data type
     * @param shape the shape, samples first
     * @return the noise, owned by the caller
     */
    default INDArray draw(NoiseRequest request, DataType type, long... shape) {
        INDArray out = Kernels.empty(type, shape);
        fill(request, out);
        return out;
    }

    /**
     * The source for deterministic runs; asking it for noise is an error.
     *
     * @return the source
     */
    static NoiseSource none() {
        return (request, out) -> {
            throw new IllegalStateException("noise was asked for (" + request + ") but the run has no noise source; pass one, e.g. CounterNoise.of(seed)");
        };
    }

    /**
     * Recorded arrays: evaluation {@code i} gets the i-th. For parity with a run made elsewhere.
     *
     * @param steps the noise of each evaluation; copied
     * @return the source
     */
    static NoiseSource recorded(List<INDArray> steps) {
        List<INDArray> copies = steps.stream().map(Kernels::copy).toList();
        return (request, out) -> {
            if (request.index() >= copies.size()) {
                throw new IllegalStateException("no noise was recorded for " + request + "; there are " + copies.size() + " recordings");
            }
            INDArray noise = copies.get(request.index());
            if (!Arrays.equals(noise.shape(), out.shape())) {
                throw new IllegalArgumentException("the noise recorded for " + request + " has shape " + Arrays.toString(noise.shape())
                        + ", asked for " + Arrays.toString(out.shape()));
            }
            Kernels.combine(out, Term.of(noise, 1));
        };
    }
}
