package io.github.diffusion4j.samplers.training;

/** Which network a training step asks; none of the answers has a gradient. */
public enum Role {
    /** The network that is trained, as it is now. */
    STUDENT,
    /** The network whose answers are the target: the student itself, or an average of its weights. */
    TARGET,
    /** A network that was trained before. */
    TEACHER,
    /** A network that is trained beside the student, on what the student draws (DMD2's fake score). */
    CRITIC
}
