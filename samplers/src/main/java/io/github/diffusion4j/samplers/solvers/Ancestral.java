package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.ArrayScaling;

/**
 * Fresh noise as a fraction eta of the ancestral step's. With {@code q = alpha sigma' / (alpha' sigma)}, the ratio of the
 * noise levels,
 * <pre>
 *   fresh^2 = eta^2 sigma'^2 (1 - q^2)
 *   keep^2  = sigma'^2 - fresh^2 = sigma'^2 (1 - eta^2 (1 - q^2))
 * </pre>
 * eta 0 is DDIM, the probability-flow ODE; eta 1 is DDPM's posterior, Euler ancestral. Source: Song et al.,
 * arXiv:2010.02502, equation 16, where {@code fresh} is called sigma(eta).
 *
 * @param eta the fraction, 0 to 1; slightly more is possible while {@code keep^2} stays positive
 */
public record Ancestral(double eta) implements Renoise {

    /** Checks the fraction. */
    public Ancestral {
        if (!(eta >= 0 && Double.isFinite(eta))) {
            throw new IllegalArgumentException("eta must be at least 0 and finite, got " + eta);
        }
    }

    @Override
    public boolean stochastic() {
        return eta > 0;
    }

    @Override
    public String citation() {
        return "Song et al., arXiv:2010.02502, equations 12 and 16";
    }

    @Override
    public Split split(NoiseLevel from, NoiseLevel to) {
        if (eta == 0) {
            return new Split(to.sigma(), 0, ArrayScaling.NONE);
        }
        double q = from.alpha() * to.sigma() / (to.alpha() * from.sigma());
        if (q > 1) {
            throw new IllegalArgumentException("eta " + eta + " adds noise, which a step towards the noise cannot: from " + from + " to " + to + "; use eta 0");
        }
        double kept = (1 - eta) * (1 + eta) + eta * eta * q * q;
        if (kept < 0) {
            throw new IllegalArgumentException("eta " + eta + " asks for more noise than the level " + to + " has; use eta of at most 1");
        }
        return new Split(to.sigma() * Math.sqrt(kept), eta * to.sigma() * Math.sqrt((1 - q) * (1 + q)), ArrayScaling.NONE);
    }
}
