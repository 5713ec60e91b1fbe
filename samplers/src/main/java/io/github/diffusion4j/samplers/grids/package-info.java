/** Grids of noise levels fitted to a network: fewer evaluations for the same picture. */
package io.github.diffusion4j.samplers.grids;
