package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.guidance.Branch;
import java.util.List;
import java.util.Optional;

/**
 * The networks that a training step asks, without gradients.
 *
 * @param <A> the array of a library
 */
@FunctionalInterface
public interface Networks<A> {

    /**
     * What a network returns.
     *
     * @param call the question
     * @return its output, of the input's shape; the caller's own from now on
     */
    A evaluate(Call<A> call);

    /**
     * The derivative of a network's output along a direction (a Jacobian-vector product), for frameworks with forward differentiation.
     *
     * @param call the question
     * @param tangent how its input, timesteps and columns move
     * @return the derivative; empty, as here, if it is to be found by a central difference of two evaluations
     */
    default Optional<A> derivative(Call<A> call, Call<A> tangent) {
        return Optional.empty();
    }

    /**
     * A question to a network, or the direction in which one moves.
     *
     * @param <A> the array of a library
     * @param role which network
     * @param branch what it is conditioned on: {@link Branch#UNCONDITIONAL} means without conditions
     * @param input what it sees
     * @param timesteps what it is told of the time, one value for each row
     * @param columns what else it is told, each with one value for each row
     * @param conditions what it is conditioned on, a row for each sample
     */
    record Call<A>(Role role, Branch branch, A input, A timesteps, List<A> columns, List<A> conditions) {

        /** Copies the lists. */
        public Call {
            columns = List.copyOf(columns);
            conditions = List.copyOf(conditions);
        }
    }
}
