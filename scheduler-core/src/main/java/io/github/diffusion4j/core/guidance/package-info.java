/** What happens around the network: which outputs an evaluation asks for, how they become one, and when the network need not be asked. Scalar code, as solvers are. */
package io.github.diffusion4j.core.guidance;
