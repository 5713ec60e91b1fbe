package io.github.diffusion4j.benchmarks;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The shapes that are measured: latents of images and of a video, a batch of each, and a batch of pictures. */
public final class Sizes {

    /** A latent of Stable Diffusion. */
    public static final String LATENT = "1x4x64x64";
    /** A latent with 16 channels at 1024 x 1024 pixels. */
    public static final String WIDE = "1x16x128x128";
    /** Eight of them. */
    public static final String BATCH = "8x16x128x128";
    /** A latent of a video. */
    public static final String VIDEO = "1x16x21x90x160";
    /** A batch of pictures. */
    public static final String PICTURES = "16x3x512x512";

    private Sizes() {}

    /**
     * The shape that a text names.
     *
     * @param text sizes with x between
     * @return the shape
     */
    public static long[] shape(String text) {
        return Arrays.stream(text.split("x")).mapToLong(Long::parseLong).toArray();
    }

    /**
     * Normal noise.
     *
     * @param seed the seed
     * @param text the shape
     * @return a FLOAT array
     */
    public static INDArray array(long seed, String text) {
        return CounterNoise.of(seed).draw(NoiseRequest.start(), DataType.FLOAT, shape(text));
    }
}
