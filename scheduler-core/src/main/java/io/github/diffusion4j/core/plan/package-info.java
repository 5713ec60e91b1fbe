/** Solvers as scalar programs, and the one engine that runs them: combinations, stages, plans and states. */
package io.github.diffusion4j.core.plan;
