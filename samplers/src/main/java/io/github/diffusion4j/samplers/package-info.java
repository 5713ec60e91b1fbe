/** The schedulers people know by their Diffusers names, their config files, and a driver. */
package io.github.diffusion4j.samplers;
