/** JMH benchmarks; java -jar integration-tests/target/benchmarks.jar runs them. */
package io.github.diffusion4j.benchmarks;
