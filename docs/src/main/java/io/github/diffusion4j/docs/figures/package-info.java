/** Tables and figures of schedules, and pictures of samples. */
package io.github.diffusion4j.docs.figures;
