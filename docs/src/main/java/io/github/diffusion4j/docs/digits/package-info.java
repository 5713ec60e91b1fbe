/** The digits job: train, sample, measure, draw. */
package io.github.diffusion4j.docs.digits;
