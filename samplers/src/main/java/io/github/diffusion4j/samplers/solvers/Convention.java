package io.github.diffusion4j.samplers.solvers;

/** Whose numbers a solver or scheduler gives where published code deviates from the mathematics. */
public enum Convention {
    /** The mathematics: each step ends where the next one starts, and clean data gets no noise. The default in code. */
    EXACT,
    /** k-diffusion's numbers, where they are not Diffusers'. */
    K_DIFFUSION,
    /** Diffusers' numbers, which people's images depend on. What loading a {@code scheduler_config.json} gives. */
    DIFFUSERS
}
