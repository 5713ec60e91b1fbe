package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Scratch;
import io.github.diffusion4j.core.noise.BlockNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.util.Arrays;

/**
 * The noise of one request, to be made while a pass runs; one object for all steps of a run. Where the source fails the pass runs to its end all the same, so that no thread is left
 * writing when the failure is told.
 */
final class Drawn implements Kernels.Generator {

    private BlockNoise source;
    private NoiseRequest request;
    private volatile Throwable failure;

    Drawn of(BlockNoise otherSource, NoiseRequest otherRequest) {
        source = otherSource;
        request = otherRequest;
        return this;
    }

    @Override
    public void generate(int sample, int position, Scratch scratch, int count) {
        try {
            source.generate(request, sample, position, scratch, count);
        } catch (RuntimeException | Error e) {
            failure = e;
            Arrays.fill(scratch.block(0), 0);
        }
    }

    /** Forgets a failure. */
    void clear() {
        failure = null;
    }

    /** Throws what the source threw. */
    void check() {
        Throwable thrown = failure;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
