package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Kernels;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The default noise: every number is a function of (seed, sample, request, place in the sample) by Philox4x32-10 and
 * Box-Muller. The same numbers come out for any batch size, order of calls, thread and platform; FLOAT arrays hold the
 * DOUBLE numbers rounded.
 *
 * <p>Row {@code k} of an array is sample {@code k}, unless {@link #forSamples} says otherwise:
 * <pre>{@code
 *   NoiseSource batch = CounterNoise.of(42);                  // rows are samples 0, 1, 2, ...
 *   NoiseSource third = CounterNoise.of(42).forSamples(2);    // one row, equal to row 2 of the batch
 * }</pre>
 */
public final class CounterNoise implements NoiseSource {

    private static final long serialVersionUID = 1;

    private final long seed;
    private final int[] samples;

    private CounterNoise(long seed, int[] samples) {
        this.seed = seed;
        this.samples = samples;
    }

    /**
     * Noise from a seed.
     *
     * @param seed any number
     * @return the source
     */
    public static CounterNoise of(long seed) {
        return new CounterNoise(seed, new int[0]);
    }

    /**
     * The same noise for other samples: row {@code k} gets the numbers of sample {@code indices[k]}.
     *
     * @param indices the samples, each at least 0
     * @return the source
     * @throws IllegalArgumentException if there is none, or an index is negative
     */
    public CounterNoise forSamples(int... indices) {
        if (indices.length == 0 || Arrays.stream(indices).anyMatch(i -> i < 0)) {
            throw new IllegalArgumentException("sample indices count from 0 and there must be one per row, got " + Arrays.toString(indices));
        }
        return new CounterNoise(seed, indices.clone());
    }

    @Override
    public void fill(NoiseRequest request, INDArray out) {
        if (samples.length > 0 && (out.rank() == 0 || out.size(0) != samples.length)) {
            throw new IllegalArgumentException("this source was made for " + samples.length + " samples, asked to fill shape "
                    + Arrays.toString(out.shape()));
        }
        int purpose = request.stream().ordinal() << 24 | request.draw();
        Kernels.generate(out, (row, position, block, count) -> {
            int sample = samples.length == 0 ? row : samples[row];
            int[] words = new int[4];
            double[] normals = new double[4];
            for (int i = 0; i < count; i += 4) {
                Philox.words(seed, (int) ((position + i) >>> 2), sample, request.index(), purpose, words);
                BoxMuller.normals(words[0], words[1], normals, 0);
                BoxMuller.normals(words[2], words[3], normals, 2);
                System.arraycopy(normals, 0, block, i, Math.min(4, count - i));
            }
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CounterNoise noise && seed == noise.seed && Arrays.equals(samples, noise.samples);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(seed) + Arrays.hashCode(samples);
    }

    @Override
    public String toString() {
        return "CounterNoise[seed=" + seed + (samples.length == 0 ? "" : ", samples=" + Arrays.toString(samples)) + "]";
    }
}
