/** A server that draws pictures for many at once: HTTP around a {@link io.github.diffusion4j.samplers.SamplingBatch}. An example to read and to start from. */
package io.github.diffusion4j.docs.server;
