/** The only place where arrays are read and written: layout, types, buffers and workspaces end here. */
package io.github.diffusion4j.core.kernel;
