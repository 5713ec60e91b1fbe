package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.Combination;

/**
 * The exact solution of the diffusion ODE or SDE for an estimate that is a polynomial in half log-SNR (Lu et al.,
 * arXiv:2206.00927, equation 3.7; arXiv:2211.01095, equations 9, 12 and 14; Gonzalez et al., arXiv:2305.14267 for eta between
 * 0 and 1). With {@code h = lambda' - lambda}, {@code z = -(1 + eta) h} for data, {@code z = h} for noise:
 * <pre>
 *   data   x' = (sigma' / sigma) e^(-eta h) x  - alpha' (z phi1(z) D  + z phi2(z) h D' + z phi3(z) h^2 D'') + sigma' sqrt(1 - e^(-2 eta h)) n
 *   noise  x' = (alpha' / alpha) x - (1 + eta) sigma' (z phi1(z) e  + z phi2(z) h e' + z phi3(z) h^2 e'') + sigma' sqrt(e^(2 eta h) - 1) n
 * </pre>
 *
 * @param sample the weight of the sample the step starts from
 * @param value the weight of the estimate
 * @param slope the weight of {@code h} times its derivative in lambda
 * @param curvature the weight of {@code h^2} times its second derivative
 * @param noise the weight of fresh noise
 */
record DpmTerms(double sample, double value, double slope, double curvature, double noise) {

    static DpmTerms of(NoiseLevel from, NoiseLevel to, Prediction prediction, double eta) {
        double h = to.lambda() - from.lambda();
        if (eta > 0 && h < 0) {
            throw new IllegalArgumentException("the reverse SDE adds noise, which a step towards the noise cannot: from " + from + " to " + to
                    + "; use the ODE (eta 0, algorithm_type dpmsolver++)");
        }
        if (eta > 0 && to.sigma() == 0 && prediction == Prediction.NOISE) {
            throw new IllegalArgumentException("the reverse SDE on noise predictions cannot step to clean data; end at a level with noise (final_sigmas_type sigma_min)"
                    + " or use data predictions (algorithm_type sde-dpmsolver++)");
        }
        if (prediction == Prediction.DATA) {
            double z = -(1 + eta) * h;
            double fresh = to.sigma() == 0 || eta == 0 ? 0 : to.sigma() * Math.sqrt(-Math.expm1(-2 * eta * h));
            double kept = eta == 0 ? 1 : Math.exp(-eta * h);
            return new DpmTerms(to.sigma() / from.sigma() * kept, -to.alpha() * Math.expm1(z), weight(-to.alpha(), 2, z), weight(-to.alpha(), 3, z), fresh);
        }
        if (to.sigma() == 0 && eta == 0) {
            double carry = to.alpha() / from.alpha();
            return new DpmTerms(carry, -carry * from.sigma(), 0, 0, 0);
        }
        double factor = -(1 + eta) * to.sigma();
        double fresh = eta == 0 ? 0 : to.sigma() * Math.sqrt(Math.expm1(2 * eta * h));
        return new DpmTerms(to.alpha() / from.alpha(), factor * Math.expm1(h), weight(factor, 2, h), weight(factor, 3, h), fresh);
    }

    private static double weight(double factor, int k, double z) {
        return factor * z * Phi.of(k, z);
    }

    /** The combination of sample and noise; predictions follow. */
    Combination from(boolean anchor) {
        Combination start = anchor ? Combination.ZERO.withAnchor(sample) : Combination.ZERO.withSample(sample);
        return start.withNoise(noise);
    }
}
