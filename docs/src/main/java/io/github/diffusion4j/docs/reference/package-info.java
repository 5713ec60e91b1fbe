/** Reference tables made from the library itself. */
package io.github.diffusion4j.docs.reference;
