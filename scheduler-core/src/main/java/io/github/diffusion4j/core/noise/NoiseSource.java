package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Rows;
import java.io.Serializable;
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
     * @param out the array to fill with independent N(0, 1) numbers, in host memory
     */
    void fill(NoiseRequest request, HostArray out);

    /**
     * Writes the requested noise into an array whose rows are not its samples. A source that knows rows by their keys fills each as if it were a sample; one that knows only whole arrays,
     * as this default does, fills the array as it is.
     *
     * @param request which noise
     * @param out the array to fill, in its own order
     * @param rows what has noise of its own
     */
    default void fill(NoiseRequest request, HostArray out, Rows rows) {
        fill(request, out);
    }

    /**
     * The requested noise as a new array of any library.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param request which noise
     * @param type the type
     * @param shape the shape, samples first
     * @return the noise, owned by the caller
     */
    default <A> A draw(Arrays<A> arrays, NoiseRequest request, ElementType type, long... shape) {
        type.computed();
        A out = arrays.make(type, shape);
        arrays.onHost(out, true, host -> fill(request, host));
        return out;
    }

    /**
     * The same source for a run whose noise is drawn at given evaluations: what a generator must know that is drawn call by call. Plans and sessions ask for it themselves.
     *
     * @param noisyEvaluations the evaluations that draw, in order, one that draws twice there twice
     * @return the source for that run; the source itself where the place of a draw follows from its request alone
     */
    default NoiseSource forRun(int... noisyEvaluations) {
        return this;
    }

    /**
     * The requested noise as a new array of ND4J.
     *
     * @param request which noise
     * @param type the data type
     * @param shape the shape, samples first
     * @return the noise, owned by the caller
     */
    default INDArray draw(NoiseRequest request, DataType type, long... shape) {
        return draw(Nd4jArrays.ND4J, request, Nd4jArrays.elementType(type), shape);
    }

    /**
     * The source for deterministic runs; asking it for noise is an error.
     *
     * @return the source
     */
    static NoiseSource none() {
        return new None();
    }

    /** No noise. */
    record None() implements NoiseSource {
        @Override
        public void fill(NoiseRequest request, HostArray out) {
            throw new IllegalStateException("noise was asked for (" + request + ") but the run has no noise source; pass one, e.g. CounterNoise.of(seed)");
        }
    }

    /**
     * A source for each sample of a batch: row k gets what the k-th source gives a batch of one.
     *
     * @param rows one source for each row
     * @return the source
     */
    static NoiseSource perSample(NoiseSource... rows) {
        return new PerSample(List.of(rows));
    }

    /**
     * A source for each row.
     *
     * @param rows the sources
     */
    record PerSample(List<NoiseSource> rows) implements NoiseSource {

        /** Copies the list. */
        public PerSample {
            rows = List.copyOf(rows);
        }

        @Override
        public void fill(NoiseRequest request, HostArray out) {
            if (out.samples() != rows.size()) {
                throw new IllegalArgumentException("there are sources for " + rows.size() + " samples, asked to fill " + out);
            }
            for (int row = 0; row < rows.size(); row++) {
                rows.get(row).fill(request, out.row(row));
            }
        }

        @Override
        public void fill(NoiseRequest request, HostArray out, Rows by) {
            fill(request, out.byRows(by));
        }

        @Override
        public NoiseSource forRun(int... noisyEvaluations) {
            return new PerSample(rows.stream().map(row -> row.forRun(noisyEvaluations)).toList());
        }
    }
}
