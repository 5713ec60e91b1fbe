/** Training over tokens: recipes that noise clean tokens, in the terms of the training over numbers, and the losses of the published methods, each a function of one position's logits. No ND4J. */
package io.github.diffusion4j.samplers.tokens.training;
