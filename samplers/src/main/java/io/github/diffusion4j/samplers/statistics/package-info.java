/** What a solver can know of a network: measured along fine runs, without gradients. */
package io.github.diffusion4j.samplers.statistics;
