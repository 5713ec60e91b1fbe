/** A small real network that draws pictures from words, what guidance and evaluations that are left out do to it, and the pictures of the guides. */
package io.github.diffusion4j.docs.emoji;
