/** How likely data are: variational bounds, the probability flow. */
package io.github.diffusion4j.samplers.likelihood;
