package io.github.diffusion4j.core;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Samples;
import java.io.Serializable;

/**
 * What happens to the estimate of the clean data before a solver uses it: the one non-linear hook of a step.
 *
 * <p>Implementations are immutable and change only the array they are given, which belongs to the library.
 */
@FunctionalInterface
public interface DataCorrection extends Serializable {

    /** The estimate is used as it is. */
    DataCorrection NONE = new None();

    /**
     * Corrects an estimate in place.
     *
     * @param data the estimate of x0 in host memory, samples along its first axis
     */
    void correct(HostArray data);

    /**
     * Clamps every value to [-range, range] (Diffusers' {@code clip_sample}).
     *
     * @param range the largest absolute value, above 0
     * @return the correction
     */
    static DataCorrection clip(double range) {
        return new Clip(range);
    }

    /**
     * Dynamic thresholding (Saharia et al., "Imagen", arXiv:2205.11487, section 2.3): per sample,
     * {@code s = quantile(|x0|, ratio)} limited to [1, maximum], then {@code x0 = clamp(x0, -s, s) / s}.
     *
     * @param ratio the quantile, in [0, 1]
     * @param maximum the upper limit of s; below 1 it is s itself, as in Diffusers
     * @return the correction
     */
    static DataCorrection dynamicThreshold(double ratio, double maximum) {
        return new DynamicThreshold(ratio, maximum);
    }

    /** No correction. */
    record None() implements DataCorrection {
        @Override
        public void correct(HostArray data) {
            // nothing to do
        }
    }

    /**
     * Static clipping.
     *
     * @param range the largest absolute value
     */
    record Clip(double range) implements DataCorrection {
        /** Checks the range. */
        public Clip {
            if (!(range > 0 && Double.isFinite(range))) {
                throw new IllegalArgumentException("clip range must be positive and finite, got " + range);
            }
        }

        @Override
        public void correct(HostArray data) {
            Samples.clamp(data, range);
        }
    }

    /**
     * Dynamic thresholding.
     *
     * @param ratio the quantile
     * @param maximum the upper limit of the threshold
     */
    record DynamicThreshold(double ratio, double maximum) implements DataCorrection {
        /** Checks the quantile and the limit. */
        public DynamicThreshold {
            if (!(ratio >= 0 && ratio <= 1)) {
                throw new IllegalArgumentException("dynamic thresholding ratio must lie in [0, 1], got " + ratio);
            }
            if (!(maximum > 0 && Double.isFinite(maximum))) {
                throw new IllegalArgumentException("dynamic thresholding maximum must be positive and finite, got " + maximum);
            }
        }

        @Override
        public void correct(HostArray data) {
            Samples.dynamicThreshold(data, ratio, maximum);
        }
    }
}
