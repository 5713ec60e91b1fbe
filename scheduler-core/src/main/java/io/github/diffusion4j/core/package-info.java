/** Noise levels, schedules, time grids and network parameterizations: the scalars of a diffusion process. */
package io.github.diffusion4j.core;
