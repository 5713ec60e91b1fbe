package io.github.diffusion4j.core.plan;

/**
 * The step size of a Langevin corrector follows from the norms of noise and score (Song et al., arXiv:2011.13456,
 * algorithm 4):
 * <pre>
 *   size = 2 (snr ||z|| / ||score||)^2          norms per sample, averaged over the batch
 *   x'   = x + size * score + sqrt(2 size) * z
 * </pre>
 * In a stage with this scaling the network's output, the score, is weighted by {@code size} times its weight in
 * {@code next}, the noise by {@code sqrt(2 size)} times its weight.
 *
 * @param snr the signal-to-noise ratio of the corrector, above 0
 */
public record Langevin(double snr) implements ArrayScaling {

    /** Checks the ratio. */
    public Langevin {
        if (!(snr > 0 && Double.isFinite(snr))) {
            throw new IllegalArgumentException("the Langevin signal-to-noise ratio must be positive and finite, got " + snr);
        }
    }

    /** The step size for given mean norms. */
    double size(double noiseNorm, double scoreNorm) {
        if (!(scoreNorm > 0)) {
            throw new IllegalArgumentException("a Langevin step divides by the norm of the network's output, which is " + scoreNorm);
        }
        double ratio = snr * noiseNorm / scoreNorm;
        return 2 * ratio * ratio;
    }
}
