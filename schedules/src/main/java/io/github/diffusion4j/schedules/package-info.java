/** Beta schedules and timestep spacings: plain doubles, no arrays. */
package io.github.diffusion4j.schedules;
