package io.github.diffusion4j.samplers.solvers;

import java.util.Arrays;
import java.util.Locale;

/** The variance of DDPM's reverse step, under its Diffusers names. */
public enum VarianceType {
    /** The posterior variance, {@code (1 - abar') / (1 - abar) beta}. */
    FIXED_SMALL,
    /** The posterior variance, computed by its logarithm. */
    FIXED_SMALL_LOG,
    /** The forward variance {@code beta}. */
    FIXED_LARGE,
    /** The forward variance, computed by its logarithm (Diffusers' own result for it is NaN). */
    FIXED_LARGE_LOG,
    /** The network's second half of channels is the variance. */
    LEARNED,
    /** The network's second half of channels interpolates between the logarithms of both variances. */
    LEARNED_RANGE;

    /**
     * The type of a Diffusers name.
     *
     * @param name for instance {@code fixed_small}
     * @return the type
     * @throws IllegalArgumentException if there is none, listing those there are
     */
    public static VarianceType of(String name) {
        return Arrays.stream(values()).filter(type -> type.diffusersName().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown variance type '" + name + "'; known are "
                        + Arrays.stream(values()).map(VarianceType::diffusersName).toList()));
    }

    /**
     * The value of {@code variance_type} in a {@code scheduler_config.json}.
     *
     * @return the name
     */
    public String diffusersName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
