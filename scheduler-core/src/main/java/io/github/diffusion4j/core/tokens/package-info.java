/**
 * Runs over tokens, the twin of those over numbers: a plan of steps that is checked before the run, a state that is a value, and steps of prediction, candidate, verdict and what becomes of the rest.
 * Routes and levels are scalars; logits are read once, by the kernel.
 */
package io.github.diffusion4j.core.tokens;
