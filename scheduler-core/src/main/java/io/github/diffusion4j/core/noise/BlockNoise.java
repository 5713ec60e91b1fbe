package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Scratch;

/** Noise that can be made block by block, in any order: a step makes it where it adds it, and no array holds it. */
public interface BlockNoise extends NoiseSource {

    /**
     * Checks that the request can be answered, after which {@link #generate} does not fail.
     *
     * @param request which noise
     * @param rows how many rows are to be filled
     * @throws IllegalArgumentException if the source has no such noise
     */
    void check(NoiseRequest request, int rows);

    /**
     * Writes a block of values to {@code scratch.block(0)}; the other blocks are free to use.
     *
     * @param request which noise
     * @param sample the index along the first axis
     * @param position the flat index, within the sample, of the block's first value; a multiple of {@link Scratch#SIZE}
     * @param scratch where to write and to compute
     * @param count how many values, at most {@link Scratch#SIZE}
     */
    void generate(NoiseRequest request, int sample, int position, Scratch scratch, int count);

    @Override
    default void fill(NoiseRequest request, HostArray out) {
        check(request, out.samples());
        Kernels.generate(out, (sample, position, scratch, count) -> generate(request, sample, position, scratch, count));
    }
}
