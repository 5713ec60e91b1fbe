package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Kernels;
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
     * A source for each sample of a batch: row k gets what the k-th source gives a batch of one.
     *
     * @param rows one source for each row
     * @return the source
     */
    static NoiseSource perSample(NoiseSource... rows) {
        List<NoiseSource> sources = List.of(rows);
        return (request, out) -> {
            if (out.rank() == 0 || out.size(0) != sources.size()) {
                throw new IllegalArgumentException("there are sources for " + sources.size() + " samples, asked to fill shape " + Arrays.toString(out.shape()));
            }
            for (int row = 0; row < sources.size(); row++) {
                sources.get(row).fill(request, Kernels.row(out, row));
            }
        };
    }
}
