package io.github.diffusion4j.samplers.tokens;

import java.util.function.DoubleUnaryOperator;

/**
 * How many tokens have survived at a time t from 0 (data) to 1 (noise), {@code alpha(t) = e^(-sigma(t))}: the schedules of MDLM (Sahoo et al., arXiv:2406.07524) and of SEDD (Lou et al., arXiv:2310.16834).
 * Those with a rest below 1 at t = 1 keep a thousandth, which keeps losses finite in training.
 */
public enum Survival {

    /** {@code 1 - t}. */
    LINEAR(t -> 1 - t),
    /** {@code 1 - 0.999 t}. */
    LOG_LINEAR(t -> 1 - (1 - Survival.REST) * t),
    /** {@code 0.001 + 0.999 cos(pi t / 2)}. */
    COSINE(t -> Survival.REST + (1 - Survival.REST) * StrictMath.cos(Math.PI * t / 2)),
    /** {@code 0.001 + 0.999 cos^2(pi t / 2)}. */
    COSINE_SQUARED(t -> Survival.REST + (1 - Survival.REST) * StrictMath.pow(StrictMath.cos(Math.PI * t / 2), 2)),
    /** {@code sigma = 1e-4^(1 - t) 20^t}. */
    GEOMETRIC(t -> StrictMath.exp(-StrictMath.pow(Survival.LEAST_SIGMA, 1 - t) * StrictMath.pow(Survival.MOST_SIGMA, t)));

    private static final double REST = 1e-3;
    private static final double LEAST_SIGMA = 1e-4;
    private static final double MOST_SIGMA = 20;

    private final DoubleUnaryOperator alpha;

    Survival(DoubleUnaryOperator alpha) {
        this.alpha = alpha;
    }

    /**
     * The probability that a token has survived.
     *
     * @param time the time, 0 to 1
     * @return alpha
     * @throws IllegalArgumentException if the time lies outside
     */
    public double alpha(double time) {
        if (!(time >= 0 && time <= 1)) {
            throw new IllegalArgumentException("times run from 0 (data) to 1 (noise), got " + time);
        }
        return alpha.applyAsDouble(time);
    }

    /**
     * {@code sigma = -ln alpha}, what networks of MDLM and SEDD are told.
     *
     * @param time the time, 0 to 1
     * @return sigma
     */
    public double sigma(double time) {
        return -StrictMath.log(alpha(time));
    }
}
