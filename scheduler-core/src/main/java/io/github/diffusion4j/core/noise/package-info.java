/** Standard-normal noise, and the uniform numbers that tokens take, as pure functions of a key and a place: no generator, no hidden state. */
package io.github.diffusion4j.core.noise;
