/** Compares the library with recorded results of reference implementations. */
package io.github.diffusion4j.golden;
