/** The command line of the project. */
package io.github.diffusion4j.docs;
