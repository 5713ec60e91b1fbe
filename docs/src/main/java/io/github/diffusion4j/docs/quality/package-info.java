/** How far drawn pictures are from real ones, and from one another. */
package io.github.diffusion4j.docs.quality;
