package io.github.diffusion4j.samplers.solvers;

/** How the second-order term of DPM-Solver is weighted; both are second order (Lu et al., arXiv:2211.01095, appendix). */
public enum SolverType {
    /** The difference has half the weight of the newest estimate. */
    MIDPOINT,
    /** The difference has the weight of the exact integral of a line. */
    HEUN;

    double slope(DpmTerms terms) {
        return this == HEUN ? terms.moment(1) : terms.value() / 2;
    }
}
