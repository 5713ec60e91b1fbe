/** The numbers of schedules, runs and training as plain rows, as people print them: CSV, TSV, JSON, Markdown and LaTeX. Nothing here draws, and nothing meets an array. */
package io.github.diffusion4j.samplers.tables;
