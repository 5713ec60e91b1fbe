/** Pages of what jobs found. */
package io.github.diffusion4j.docs.report;
