/** The command line for tables and figures of schedules and runs: {@code tabulate} and {@code plan}. */
package io.github.diffusion4j.docs.tabulate;
