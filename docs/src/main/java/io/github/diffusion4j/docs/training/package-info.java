/** What the training of networks in SameDiff needs beyond it. */
package io.github.diffusion4j.docs.training;
