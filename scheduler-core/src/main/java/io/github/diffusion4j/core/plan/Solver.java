package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.TimeGrid;
import java.io.Serializable;
import java.util.List;

/**
 * How one interval of a time grid is crossed: the extension point of the library.
 *
 * <p>A solver is scalar arithmetic. It returns the weights of every update of a step and never sees an array; the
 * engine applies them. Implementations are immutable, normally records.
 */
public interface Solver extends Serializable {

    /**
     * What the solver claims about itself.
     *
     * @return order, cost and source
     */
    SolverTraits traits();

    /**
     * The network evaluations of one step.
     *
     * @param grid the whole run, so that multistep solvers see earlier steps and ends
     * @param step the step, from 0
     * @return one stage for each network evaluation
     * @throws IllegalArgumentException if the step cannot be taken, naming the option in the way
     */
    List<Stage> stages(TimeGrid grid, int step);
}
