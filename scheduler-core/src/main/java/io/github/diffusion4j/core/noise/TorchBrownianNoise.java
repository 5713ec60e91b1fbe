package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.random.TorchBrownianTree;
import io.github.diffusion4j.core.random.TorchGenerator;
import io.github.diffusion4j.core.random.TorchType;

/**
 * k-diffusion's {@code BrownianTreeNoiseSampler} (torchsde's tree over sigma), to the last bit: for a stretch from a to b, {@code (W(b) - W(a)) / sqrt(|b - a|)}. Sigmas pass
 * through float32, as there. The start noise is a {@code torch.randn} of the same seed; other requests without a stretch are refused, and stretches beyond the range. For a batch
 * with a seed for each sample use {@link NoiseSource#perSample}.
 *
 * @param seed the seed of tree and start noise
 * @param sigmaMin the lowest sigma of the run above 0
 * @param sigmaMax the highest
 */
public record TorchBrownianNoise(long seed, double sigmaMin, double sigmaMax) implements NoiseSource {

    /** Checks the range. */
    public TorchBrownianNoise {
        if (!(sigmaMin >= 0 && sigmaMin < sigmaMax && Double.isFinite(sigmaMax))) {
            throw new IllegalArgumentException("the tree needs 0 <= sigmaMin < sigmaMax, both finite, got " + sigmaMin + " and " + sigmaMax);
        }
    }

    @Override
    public void fill(NoiseRequest request, HostArray out) {
        int size = out.length();
        TorchType type = out.type() == ElementType.DOUBLE ? TorchType.FLOAT64 : TorchType.FLOAT32;
        NoiseRequest.Interval interval = request.interval();
        if (request.stream() == NoiseRequest.Stream.START) {
            out.fill(TorchGenerator.seeded(seed).randn(type, size).values());
            return;
        }
        if (interval.equals(NoiseRequest.Interval.NONE)) {
            throw new IllegalArgumentException("a Brownian tree gives noise for a stretch of sigmas, asked for " + request);
        }
        TorchBrownianTree tree = new TorchBrownianTree((float) sigmaMin, (float) sigmaMax, seed, type, size);
        out.fill(tree.noise((float) interval.from(), (float) interval.to()));
    }
}
