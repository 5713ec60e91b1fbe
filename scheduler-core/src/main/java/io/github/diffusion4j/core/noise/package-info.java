/** Standard-normal noise as a pure function of a key and a place: no generator, no hidden state. */
package io.github.diffusion4j.core.noise;
