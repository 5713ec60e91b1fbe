/** Measures the library and writes tables and a figure. */
package io.github.diffusion4j.docs.benchmarks;
