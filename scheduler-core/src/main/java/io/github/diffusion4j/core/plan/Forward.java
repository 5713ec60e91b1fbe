package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.kernel.Term;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The forward process on arrays. */
final class Forward {

    /** A path or a power is straight or preserved if it is but for rounding. */
    private static final double ROUNDING = 1e-9;

    private Forward() {}

    /** {@code alpha x0 + sigma noise}, at one level or one per sample. */
    static <A> A noised(Arrays<A> arrays, Rows rows, A data, A noise, List<NoiseLevel> levels) {
        return mix(arrays, rows, data, noise, levels.stream().map(level -> new Parameterization.Weights(level.alpha(), level.sigma())).toList());
    }

    /** {@code p(level) data + q(level) noise}, the target of a parameterization. */
    static <A> A target(Arrays<A> arrays, Rows rows, A data, A noise, List<NoiseLevel> levels, Parameterization parameterization) {
        return mix(arrays, rows, data, noise, levels.stream().map(level -> {
            Parameterization.Weights weights = parameterization.target(level);
            if (!Double.isFinite(weights.first()) || !Double.isFinite(weights.second())) {
                throw new IllegalArgumentException(parameterization + " prediction has no target at " + level + "; keep such levels out of training");
            }
            return weights;
        }).toList());
    }

    /** {@code (alpha noise - sigma x0) / sqrt(alpha^2 + sigma^2)}. */
    static <A> A velocity(Arrays<A> arrays, Rows rows, A data, A noise, List<NoiseLevel> levels, Parameterization parameterization) {
        return mix(arrays, rows, data, noise, levels.stream().map(level -> velocity(level, parameterization)).toList());
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

    /** {@code first data + second noise}, two terms that are independent and so do not cancel, with weights for all rows or for each. One sample of data serves all samples of noise. */
    private static <A> A mix(Arrays<A> arrays, Rows rows, A data, A noise, List<Parameterization.Weights> weights) {
        if (arrays.type(data) != arrays.type(noise) || !fits(arrays.shape(data), arrays.shape(noise))) {
            throw new IllegalArgumentException("data and noise must agree, or the data be one sample for all of the noise, got " + Fit.describe(arrays, data) + " and "
                    + Fit.describe(arrays, noise));
        }
        int count = rows.count(arrays.shape(noise));
        if (weights.isEmpty() || weights.size() > 1 && weights.size() != count) {
            throw new IllegalArgumentException("give one level, or one for each of the " + count + (rows.equals(Rows.SAMPLES) ? " samples" : " rows of axes " + rows.axes())
                    + ", got " + weights.size());
        }
        A out = arrays.make(arrays.type(noise), arrays.shape(noise));
        Kernels.combine(arrays, rows, out, true,
                List.of(new Term<>(data, each(weights, Parameterization.Weights::first)), new Term<>(noise, each(weights, Parameterization.Weights::second))));
        return out;
    }

    /** Whether data have the shape of noise, or are one sample for all of it. */
    static boolean fits(long[] data, long... noise) {
        return java.util.Arrays.equals(data, noise) || data.length > 0 && data.length == noise.length && data[0] == 1 && java.util.Arrays.equals(data, 1, data.length, noise, 1, noise.length);
    }

    private static double[] each(List<Parameterization.Weights> weights, ToDoubleFunction<Parameterization.Weights> part) {
        return weights.stream().mapToDouble(part).toArray();
    }
}
