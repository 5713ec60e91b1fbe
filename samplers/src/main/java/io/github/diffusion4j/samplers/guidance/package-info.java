/** Guidance by its names in the literature, scales that change along a run, and ways to leave network evaluations out. Scalar code. */
package io.github.diffusion4j.samplers.guidance;
