/** Random numbers without arrays: counter-based generators, and those of PyTorch, torchsde and NumPy to the last bit. */
package io.github.diffusion4j.core.random;
