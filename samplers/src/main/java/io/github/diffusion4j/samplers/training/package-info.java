/** Training: recipes, targets and what is measured beside them. */
package io.github.diffusion4j.samplers.training;
