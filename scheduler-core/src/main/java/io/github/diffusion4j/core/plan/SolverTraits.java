package io.github.diffusion4j.core.plan;

import java.io.Serializable;

/**
 * What a solver claims about itself; tests measure it, tables print it.
 *
 * @param order the order of convergence of the deterministic solver, or of the mean of a stochastic one
 * @param coldOrder the order that a run without history is sure of: a multistep method begins with steps of lower order, and a first step of order p leaves an error of order
 *     p + 1 behind
 * @param weakOrder the weak order of a stochastic solver, 0 for a deterministic one
 * @param evaluationsPerStep the network evaluations of one step
 * @param history how many predictions a step goes back to before its own
 * @param overlappingDraws whether the draws of a step drive overlapping stretches of noise levels, so that the weak order needs a Brownian path
 * @param citation where the method was published
 */
public record SolverTraits(int order, int coldOrder, int weakOrder, int evaluationsPerStep, int history, boolean overlappingDraws, String citation) implements Serializable {

    /**
     * A solver that reaches its order from a cold start and draws independent noise.
     *
     * @param order the order of convergence of the deterministic solver, or of the mean of a stochastic one
     * @param weakOrder the weak order of a stochastic solver, 0 for a deterministic one
     * @param evaluationsPerStep the network evaluations of one step
     * @param history how many predictions a step goes back to before its own
     * @param citation where the method was published
     */
    public SolverTraits(int order, int weakOrder, int evaluationsPerStep, int history, String citation) {
        this(order, order, weakOrder, evaluationsPerStep, history, false, citation);
    }

    /**
     * With a limit to the order from a cold start.
     *
     * @param limit the highest order that the first steps allow
     * @return the traits
     */
    public SolverTraits withColdOrderAtMost(int limit) {
        return new SolverTraits(order, Math.min(coldOrder, limit), weakOrder, evaluationsPerStep, history, overlappingDraws, citation);
    }

    /**
     * With another weak order.
     *
     * @param other the weak order, 0 for a deterministic solver
     * @return the traits
     */
    public SolverTraits withWeakOrder(int other) {
        return new SolverTraits(order, coldOrder, other, evaluationsPerStep, history, overlappingDraws, citation);
    }

    /**
     * With draws that drive overlapping stretches of noise levels.
     *
     * @return the traits
     */
    public SolverTraits withOverlappingDraws() {
        return new SolverTraits(order, coldOrder, weakOrder, evaluationsPerStep, history, true, citation);
    }

    /**
     * With another citation.
     *
     * @param other where the method was published
     * @return the traits
     */
    public SolverTraits withCitation(String other) {
        return new SolverTraits(order, coldOrder, weakOrder, evaluationsPerStep, history, overlappingDraws, other);
    }

    /**
     * Whether the solver adds noise.
     *
     * @return true if it has a weak order
     */
    public boolean stochastic() {
        return weakOrder > 0;
    }
}
