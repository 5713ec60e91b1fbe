package io.github.diffusion4j.core;

import java.io.Serializable;

/**
 * What the network outputs: a known mixture {@code u = p x0 + q eps} of the clean data and the noise.
 *
 * <p>Together with {@code x = alpha x0 + sigma eps} this is a 2x2 linear system, so the mixture weights
 * {@code (p, q)}, which are also the training target, determine everything else:
 * <pre>
 *   x0  = (q x - sigma u) / (alpha q - sigma p)
 *   eps = (alpha u - p x) / (alpha q - sigma p)
 * </pre>
 */
public interface Parameterization extends Serializable {

    /** Weights of a sum of two arrays.
     *
     * @param first the weight of the first array: the data x0 in a target, the sample x in an estimate
     * @param second the weight of the second array: the noise eps in a target, the output u in an estimate
     */
    record Weights(double first, double second) implements Serializable {}

    /**
     * The weights of the training target {@code u = first * x0 + second * eps}.
     *
     * @param level the noise level
     * @return the weights (p, q)
     */
    Weights target(NoiseLevel level);

    /**
     * The clean data as {@code x0 = first * x + second * u}. At a level where u does not determine x0 (epsilon prediction
     * at alpha 0) the weights are not finite, and plans that need them are refused.
     *
     * @param level the noise level
     * @return the weights
     */
    default Weights data(NoiseLevel level) {
        Weights u = target(level);
        double determinant = level.alpha() * u.second() - level.sigma() * u.first();
        return new Weights(u.second() / determinant, -level.sigma() / determinant);
    }

    /**
     * The noise as {@code eps = first * x + second * u}. At a level where u does not determine eps (x0 prediction at
     * sigma 0) the weights are not finite, and plans that need them are refused.
     *
     * @param level the noise level
     * @return the weights
     */
    default Weights noise(NoiseLevel level) {
        Weights u = target(level);
        double determinant = level.alpha() * u.second() - level.sigma() * u.first();
        return new Weights(-u.first() / determinant, level.alpha() / determinant);
    }

    /**
     * What the solver takes for the clean data, {@code first * x + second * x0^}, where {@code x0^} is the estimate after its
     * correction. Consistency models blend the sample in, so that their estimate is the sample itself at the clean end.
     *
     * @param level the noise level
     * @return the weights, (0, 1) unless the parameterization says otherwise
     */
    default Weights boundary(NoiseLevel level) {
        return new Weights(0, 1);
    }

    /**
     * The factor that scales the sample before the network sees it.
     *
     * @param level the noise level
     * @return the factor, 1 for variance-preserving networks
     */
    default double inputScale(NoiseLevel level) {
        return 1;
    }

    /**
     * The value the network is conditioned on.
     *
     * @param level the noise level
     * @return the level's time unless the parameterization says otherwise
     */
    default double conditioning(NoiseLevel level) {
        return level.time();
    }

    /**
     * The network predicts the noise, {@code u = eps} (Ho et al., arXiv:2006.11239, equation 14).
     *
     * @return epsilon prediction
     */
    static Parameterization epsilon() {
        return StandardParameterization.EPSILON;
    }

    /**
     * The network predicts the clean data, {@code u = x0}.
     *
     * @return x0 prediction
     */
    static Parameterization sample() {
        return StandardParameterization.SAMPLE;
    }

    /**
     * The network predicts the flow {@code u = eps - x0}, the velocity of the straight path {@code (1 - t) x0 + t eps}
     * (Lipman et al., arXiv:2210.02747, equation 23; Esser et al., arXiv:2403.03206, equation 1).
     *
     * @return flow prediction
     */
    static Parameterization flow() {
        return StandardParameterization.FLOW;
    }

    /**
     * The network predicts the velocity {@code u = alpha eps - sigma x0} (Salimans and Ho, arXiv:2202.00512, section 4).
     *
     * @return v prediction
     */
    static Parameterization velocity() {
        return StandardParameterization.VELOCITY;
    }
}
