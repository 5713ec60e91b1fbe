/** Solvers: scalar arithmetic on noise levels, one small file each. */
package io.github.diffusion4j.samplers.solvers;
