package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.kernel.HostArray;
import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * Which noise goes with which data in a batch: a permutation of the noise, so that data keep their place and their labels. Over many batches data and noise keep their own laws, whatever the
 * coupling; what changes is how often paths cross. Mini-batch optimal transport and the immiscible assignment are {@code OptimalTransport} in the module of samplers.
 */
@FunctionalInterface
public interface Coupling extends Serializable {

    /**
     * The noise of each sample.
     *
     * @param data the clean data, samples along the first axis
     * @param noise the noise, of the same shape
     * @return for each sample the index of its noise, a permutation
     */
    int[] permutation(HostArray data, HostArray noise);

    /**
     * Noise as it was drawn.
     *
     * @return the identity
     */
    static Coupling independent() {
        return new Independent();
    }

    /** The identity. */
    record Independent() implements Coupling {
        @Override
        public int[] permutation(HostArray data, HostArray noise) {
            return IntStream.range(0, data.samples()).toArray();
        }
    }
}
