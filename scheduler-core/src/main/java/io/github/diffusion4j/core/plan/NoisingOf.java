package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Rows;

/** A scheduler over given arrays. */
record NoisingOf<A>(Scheduler scheduler, Arrays<A> arrays, Rows rows) implements Noising<A> {}
