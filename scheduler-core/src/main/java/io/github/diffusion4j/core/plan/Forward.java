package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The forward process on arrays. */
final class Forward {

    /** A path or a power is straight or preserved if it is but for rounding. */
    private static final double ROUNDING = 1e-9;

    private Forward() {}

    /** {@code alpha x0 + sigma noise}, at one level or one per sample. */
    static INDArray noised(INDArray data, INDArray noise, List<NoiseLevel> levels) {
        return mix(data, noise, levels.stream().map(level -> new Parameterization.Weights(level.alpha(), level.sigma())).toList());
    }

    /** {@code p(level) data + q(level) noise}, the target of a parameterization. */
    static INDArray target(INDArray data, INDArray noise, List<NoiseLevel> levels, Parameterization parameterization) {
        return mix(data, noise, levels.stream().map(level -> {
            Parameterization.Weights weights = parameterization.target(level);
            if (!Double.isFinite(weights.first()) || !Double.isFinite(weights.second())) {
                throw new IllegalArgumentException(parameterization + " prediction has no target at " + level + "; keep such levels out of training");
            }
            return weights;
        }).toList());
    }

    /** {@code (alpha noise - sigma x0) / sqrt(alpha^2 + sigma^2)}. */
    static INDArray velocity(INDArray data, INDArray noise, List<NoiseLevel> levels, Parameterization parameterization) {
        return mix(data, noise, levels.stream().map(level -> velocity(level, parameterization)).toList());
    }

    private static Parameterization.Weights velocity(NoiseLevel level, Parameterization parameterization) {
        boolean straight = level.alpha() > 0 && level.sigma() > 0 && Math.abs(level.alpha() + level.sigma() - 1) <= ROUNDING;
        Parameterization.Weights own = parameterization.target(level);
        if (straight || Math.abs(own.first()) == 1 && own.second() == -own.first()) {
            throw new IllegalArgumentException("on a flow the target is noise - x0, not the velocity alpha noise - sigma x0 of variance-preserving paths; use target(data, noise, "
                    + "timesteps) with flow prediction, got " + level + " and " + parameterization + " prediction");
        }
        double norm = Math.hypot(level.alpha(), level.sigma());
        double scale = Math.abs(norm - 1) <= ROUNDING ? 1 : norm;
        return new Parameterization.Weights(-level.sigma() / scale, level.alpha() / scale);
    }

    /** {@code first data + second noise}, with weights for all samples or for each. One sample of data serves all samples of noise. */
    private static INDArray mix(INDArray data, INDArray noise, List<Parameterization.Weights> weights) {
        if (data.dataType() != noise.dataType() || !fits(data.shape(), noise.shape())) {
            throw new IllegalArgumentException("data and noise must agree, or the data be one sample for all of the noise, got " + data.dataType() + Arrays.toString(data.shape())
                    + " and " + noise.dataType() + Arrays.toString(noise.shape()));
        }
        if (weights.isEmpty() || weights.size() > 1 && weights.size() != rows(noise)) {
            throw new IllegalArgumentException("give one level, or one for each of the " + rows(noise) + " samples, got " + weights.size());
        }
        INDArray out = Kernels.empty(noise.dataType(), noise.shape());
        mix(out, data, noise, weights);
        return out;
    }

    private static long rows(INDArray array) {
        return array.rank() == 0 ? 1 : array.size(0);
    }

    /** Whether data have the shape of noise, or are one sample for all of it. */
    static boolean fits(long[] data, long... noise) {
        return Arrays.equals(data, noise) || data.length > 0 && data.length == noise.length && data[0] == 1 && Arrays.equals(data, 1, data.length, noise, 1, noise.length);
    }

    /** Writes {@code first data + second noise}; the result may be the noise itself. */
    static void mix(INDArray out, INDArray data, INDArray noise, List<Parameterization.Weights> weights) {
        if (Arrays.equals(data.shape(), noise.shape())) {
            Kernels.combine(out, Term.of(data, each(weights, Parameterization.Weights::first)), Term.of(noise, each(weights, Parameterization.Weights::second)));
            return;
        }
        for (int row = 0; row < noise.size(0); row++) {
            Parameterization.Weights w = weights.get(weights.size() == 1 ? 0 : row);
            Kernels.combine(Kernels.row(out, row), Term.of(data, w.first()), Term.of(Kernels.row(noise, row), w.second()));
        }
    }

    private static double[] each(List<Parameterization.Weights> weights, ToDoubleFunction<Parameterization.Weights> part) {
        return weights.stream().mapToDouble(part).toArray();
    }
}
