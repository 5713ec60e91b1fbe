package io.github.diffusion4j.core.plan;

import java.io.Serializable;

/**
 * What a solver claims about itself; tests measure it, tables print it.
 *
 * @param order the order of convergence of the deterministic solver, or of the mean of a stochastic one
 * @param weakOrder the weak order of a stochastic solver, 0 for a deterministic one
 * @param evaluationsPerStep the network evaluations of one step
 * @param history how many predictions a step goes back to before its own
 * @param citation where the method was published
 */
public record SolverTraits(int order, int weakOrder, int evaluationsPerStep, int history, String citation) implements Serializable {

    /**
     * Whether the solver adds noise.
     *
     * @return true if it has a weak order
     */
    public boolean stochastic() {
        return weakOrder > 0;
    }
}
