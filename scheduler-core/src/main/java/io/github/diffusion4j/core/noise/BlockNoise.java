package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
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
     * Writes a block of values.
     *
     * @param request which noise
     * @param sample the index along the first axis
     * @param position the flat index, within the sample, of the block's first value; a multiple of {@link Scratch#SIZE}
     * @param out where they go, from the first place on
     * @param count how many values, at most {@link Scratch#SIZE}
     * @param scratch where to compute
     */
    void generate(NoiseRequest request, int sample, int position, float[] out, int count, Scratch scratch);

    @Override
    default void fill(NoiseRequest request, HostArray out, Rows rows) {
        fill(request, out.byRows(rows));
    }

    @Override
    default void fill(NoiseRequest request, HostArray out) {
        check(request, out.samples());
        Kernels.generate(out, (sample, position, block, count, scratch) -> generate(request, sample, position, block, count, scratch));
    }
}
