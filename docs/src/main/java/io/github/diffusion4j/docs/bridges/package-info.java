/** Networks of other libraries behind the library's own arrays. */
package io.github.diffusion4j.docs.bridges;
