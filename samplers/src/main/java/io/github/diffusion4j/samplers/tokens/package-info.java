/** Runs over tokens: the published methods as compositions of {@link io.github.diffusion4j.core.tokens}' parts, and the loops of text generation around them. No ND4J. */
package io.github.diffusion4j.samplers.tokens;
