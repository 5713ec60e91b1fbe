/** Laws of the noise levels of training, as published. */
package io.github.diffusion4j.schedules.draws;
