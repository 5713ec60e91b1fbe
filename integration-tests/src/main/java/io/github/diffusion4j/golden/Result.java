package io.github.diffusion4j.golden;

/**
 * How a case went.
 *
 * @param worst the largest relative error of everything that was compared
 * @param digest a hash of the bits of all results
 */
record Result(double worst, long digest) {}
