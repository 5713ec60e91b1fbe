/** What the compilation to JavaScript needs beyond TeaVM. */
package io.github.diffusion4j.docs.teavm;
