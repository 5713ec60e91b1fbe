/** The training side: timesteps, noising, targets and loss weights, per sample. The loss itself stays the user's. */
package io.github.diffusion4j.core.training;
