/** The text job: train a masked diffusion model over characters, sample it by every strategy, measure, and show texts appear. */
package io.github.diffusion4j.docs.text;
