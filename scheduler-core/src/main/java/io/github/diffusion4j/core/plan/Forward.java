package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The forward process on arrays. */
final class Forward {

    private Forward() {}

    /** {@code alpha x0 + sigma noise}, at one level or one per sample. */
    static INDArray noised(INDArray data, INDArray noise, List<NoiseLevel> levels) {
        return mix(data, noise, levels, NoiseLevel::alpha, NoiseLevel::sigma);
    }

    /** {@code p(level) data + q(level) noise}, at one level or one per sample. */
    static INDArray mix(INDArray data, INDArray noise, List<NoiseLevel> levels, ToDoubleFunction<NoiseLevel> p, ToDoubleFunction<NoiseLevel> q) {
        if (data.dataType() != noise.dataType() || !Arrays.equals(data.shape(), noise.shape())) {
            throw new IllegalArgumentException("data and noise must agree, got " + data.dataType() + Arrays.toString(data.shape())
                    + " and " + noise.dataType() + Arrays.toString(noise.shape()));
        }
        INDArray out = Kernels.empty(data.dataType(), data.shape());
        Kernels.combine(out, Term.of(data, levels.stream().mapToDouble(p).toArray()), Term.of(noise, levels.stream().mapToDouble(q).toArray()));
        return out;
    }
}
