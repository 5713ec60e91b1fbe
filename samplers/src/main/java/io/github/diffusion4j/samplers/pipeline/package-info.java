/** One front door: from a model folder to pictures, over schedulers, plans and a batch. */
package io.github.diffusion4j.samplers.pipeline;
