package io.github.diffusion4j.schedules.networks;

import java.io.Serializable;

/**
 * What a distilled network is told of the guidance scale that it stands for (Luo et al., "LCM", arXiv:2310.04378, section 4.3): with {@code w = scale - 1}, the published scale being 1 without
 * guidance, and half the size h,
 * <pre>
 *   sin(1000 w f_k), then cos(1000 w f_k),   f_k = 10000^(-k / (h - 1)),   k = 0 .. h - 1
 * </pre>
 * and a 0 at the end of an odd size.
 *
 * @param size the number of values, at least 4; 256 usually
 */
public record GuidanceEmbedding(int size) implements Serializable {

    private static final double SCALE = 1000;
    private static final double LONGEST = 10_000;
    private static final int LEAST = 4;

    /** Checks the size. */
    public GuidanceEmbedding {
        if (size < LEAST) {
            throw new IllegalArgumentException("an embedding needs at least two frequencies, so four values, got " + size);
        }
    }

    /**
     * The embedding.
     *
     * @param w how much guidance is added, 0 for none
     * @return as many values as the size
     */
    public double[] of(double w) {
        int half = size / 2;
        double[] values = new double[size];
        for (int k = 0; k < half; k++) {
            double angle = SCALE * w * Math.exp(-Math.log(LONGEST) * k / (half - 1));
            values[k] = Math.sin(angle);
            values[half + k] = Math.cos(angle);
        }
        return values;
    }
}
