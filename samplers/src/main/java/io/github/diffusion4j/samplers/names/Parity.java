package io.github.diffusion4j.samplers.names;

/** How close a named sampler comes to the program its name is from, given the same noise. */
public enum Parity {
    /** Recorded runs of the original are repeated to 1e-7. */
    RECORDED,
    /** The published formula with the settings of the original, without a recorded run to compare with. */
    FORMULA,
    /** A close relative: the remark says what differs. */
    RELATED
}
