package io.github.diffusion4j.samplers.solvers;

/** Whose numbers a scheduler gives where Diffusers deviates from the mathematics. */
public enum Convention {
    /** The mathematics: each step ends where the next one starts, and clean data gets no noise. The default in code. */
    EXACT,
    /** Diffusers' numbers, which people's images depend on. What loading a {@code scheduler_config.json} gives. */
    DIFFUSERS
}
