package io.github.diffusion4j.samplers.pipeline;

import io.github.diffusion4j.core.guidance.Branch;
import java.util.List;

/**
 * What a network is to compute in one call of a {@link Pipeline}: several samples, each with a timestep, a branch and a condition.
 *
 * @param <A> the array of the library
 * @param <C> what the network is conditioned on
 * @param x the samples, scaled as the network wants them; read it, do not change it
 * @param times the timestep of each sample
 * @param branches the branch of each sample
 * @param conditions the condition of each sample; none where the pipeline has no conditions
 * @param out where the output goes, of the shape of x
 */
public record NetworkCall<A, C>(A x, double[] times, List<Branch> branches, List<C> conditions, A out) {}
