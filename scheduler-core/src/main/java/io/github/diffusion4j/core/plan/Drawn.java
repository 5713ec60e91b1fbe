package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Scratch;
import io.github.diffusion4j.core.noise.BlockNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;

/** The noise of one request, to be made while a pass runs; one object for all steps of a run. */
final class Drawn implements Kernels.Generator {

    private BlockNoise source;
    private NoiseRequest request;

    Drawn of(BlockNoise otherSource, NoiseRequest otherRequest) {
        source = otherSource;
        request = otherRequest;
        return this;
    }

    @Override
    public void generate(int sample, int position, float[] out, int count, Scratch scratch) {
        source.generate(request, sample, position, out, count, scratch);
    }
}
