/** The explorer: what its page can show, and the library behind it. This package is compiled to JavaScript. */
package io.github.diffusion4j.docs.explorer;
