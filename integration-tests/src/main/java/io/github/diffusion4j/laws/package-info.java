/** A test bed without networks: data whose best estimate and exact flow are known, and measurements of solvers on it. */
package io.github.diffusion4j.laws;
