package io.github.diffusion4j.samplers.solvers;

import java.io.Serializable;

/**
 * How much of the noise of a sample an ER-SDE keeps: the function phi of {@code v = sigma / alpha} (Cui et al., arXiv:2309.06169, section 3.2). The noise that a step from v to v' adds has the variance
 * {@code v'^2 - v^2 (phi(v') / phi(v))^2}, so that phi(v) / v must not fall.
 */
public sealed interface NoiseScaler extends Serializable {

    /** {@code phi(v) = v}, the probability-flow ODE: no noise is added. */
    NoiseScaler ODE = new Power(1);

    /** {@code phi(v) = v^2}, the reverse SDE. */
    NoiseScaler SDE = new Power(2);

    /** {@code phi(v) = v (exp(v^0.3) + 10)}, the authors' best and ComfyUI's default. */
    NoiseScaler ER_SDE_5 = new Stretched();

    /** {@code ln phi(v)}, which does not overflow. */
    double logarithm(double v);

    /**
     * {@code phi(v) = v^p}.
     *
     * @param exponent p, at least 1
     */
    record Power(double exponent) implements NoiseScaler {

        /** Checks the exponent. */
        public Power {
            if (!(exponent >= 1 && Double.isFinite(exponent))) {
                throw new IllegalArgumentException("phi(v) / v = v^(p - 1) must not fall, so that p is at least 1, got " + exponent);
            }
        }

        @Override
        public double logarithm(double v) {
            return exponent * Math.log(v);
        }
    }

    /** See {@link #ER_SDE_5}. */
    record Stretched() implements NoiseScaler {

        private static final double EXPONENT = 0.3;
        private static final double FLOOR = 10;

        @Override
        public double logarithm(double v) {
            double power = Math.pow(v, EXPONENT);
            return Math.log(v) + power + Math.log1p(FLOOR * Math.exp(-power));
        }
    }
}
