/** The names that people know samplers by in Diffusers, ComfyUI and the Stable Diffusion web UI. */
package io.github.diffusion4j.samplers.names;
