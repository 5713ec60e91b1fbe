package io.github.diffusion4j.schedules;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;

/**
 * The variance-preserving SDE with a linear rate (Song et al., arXiv:2011.13456, equations 32 and 33):
 * {@code ln alpha(t) = -t^2 (betaMax - betaMin) / 4 - t betaMin / 2}, {@code sigma^2 = 1 - alpha^2}, t in [0, 1].
 *
 * @param betaMin the rate at t = 0
 * @param betaMax the rate at t = 1
 */
public record VarianceSde(double betaMin, double betaMax) implements NoiseSchedule {

    /** Checks the rates. */
    public VarianceSde {
        if (!(betaMin > 0 && betaMax >= betaMin && Double.isFinite(betaMax))) {
            throw new IllegalArgumentException("the rates need 0 < beta_min <= beta_max, got " + betaMin + " and " + betaMax);
        }
    }

    /**
     * The rate of the SDE.
     *
     * @param time in [0, 1]
     * @return {@code betaMin + t (betaMax - betaMin)}
     */
    public double beta(double time) {
        return betaMin + time * (betaMax - betaMin);
    }

    @Override
    public NoiseLevel at(double time) {
        if (!(time >= 0 && time <= 1)) {
            throw new IllegalArgumentException("time " + time + " is out of range; this process has times 0 to 1");
        }
        double log = -time * time * (betaMax - betaMin) / 4 - time * betaMin / 2;
        return new NoiseLevel(time, Math.exp(log), Math.sqrt(-Math.expm1(2 * log)));
    }

    @Override
    public NoiseLevel atEdmSigma(double edmSigma) {
        double power = 2 * Math.log1p(edmSigma * edmSigma);
        return at(power / (betaMin + Math.sqrt(betaMin * betaMin + (betaMax - betaMin) * power)));
    }

    @Override
    public NoiseLevel noisiest() {
        return at(1);
    }

    @Override
    public NoiseLevel cleanest() {
        return at(0);
    }
}
