/** A small real network that draws pictures from words, and what guidance and evaluations that are left out do to it. */
package io.github.diffusion4j.docs.emoji;
