package io.github.diffusion4j.samplers.likelihood;

/** What a discrete model is trained on, under the names of Nichol and Dhariwal's code (arXiv:2102.09672, section 3.1): the squared error of the output, a term of the bound, or both. */
public enum Objective {

    /** The squared error; where the variance is learned, the term of the bound in bits is added, and its gradient reaches the variance alone. */
    MSE(true),

    /** As {@link #MSE} with the term of the bound times T / 1000, the hybrid loss (equation 16 with lambda = 0.001 of the bound's sum). */
    RESCALED_MSE(true),

    /** The term of the bound in bits for each dimension. */
    KL(false),

    /** The term of the bound times T: an estimate of the bound's sum. */
    RESCALED_KL(false);

    private static final double PER_MILLE = 1e-3;

    private final boolean squared;

    Objective(boolean squared) {
        this.squared = squared;
    }

    /**
     * Whether the squared error is part of it.
     *
     * @return true for {@link #MSE} and {@link #RESCALED_MSE}
     */
    public boolean squared() {
        return squared;
    }

    /**
     * The factor of the bound's term.
     *
     * @param timesteps the number of timesteps T of the table
     * @return the factor
     */
    public double weightOfBound(int timesteps) {
        return switch (this) {
            case MSE, KL -> 1;
            case RESCALED_MSE -> timesteps * PER_MILLE;
            case RESCALED_KL -> timesteps;
        };
    }
}
