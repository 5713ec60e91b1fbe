/** The gallery: every schedule, spacing and solver as a figure with its table. */
package io.github.diffusion4j.docs.gallery;
