package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.guidance.Branch;
import java.io.Serializable;

/**
 * A term of {@link LinearGuidance}, {@code scale (towards - away)}.
 *
 * @param scale how strong it is
 * @param window where it is on
 * @param towards the branch that it leads to
 * @param away the branch that it leads away from
 */
public record Direction(Scale scale, Window window, Branch towards, Branch away) implements Serializable {}
