/** The documentation site: the Markdown files of the docs folder as pages, and the explorer's page. */
package io.github.diffusion4j.docs.site;
