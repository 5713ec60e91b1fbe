package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.plan.Plan;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Runs by what they cost rather than by their steps. */
public final class Budget {

    private Budget() {}

    /**
     * The run with the most steps that a number of network evaluations allows.
     *
     * @param evaluations how many there may be
     * @param run the run of a number of steps, which may refuse it
     * @return the run; none if all are refused or ask for more
     */
    public static Optional<Plan> longest(int evaluations, IntFunction<Plan> run) {
        return IntStream.iterate(evaluations, steps -> steps >= 1, steps -> steps - 1).mapToObj(steps -> accepted(run, steps)).flatMap(Optional::stream)
                .filter(plan -> plan.evaluations() <= evaluations).findFirst();
    }

    private static Optional<Plan> accepted(IntFunction<Plan> run, int steps) {
        try {
            return Optional.of(run.apply(steps));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a solver that a plan refuses on this grid
        }
    }
}
