package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.plan.Combination;

/**
 * The exact solution of the diffusion ODE or SDE for an estimate that is a polynomial in half log-SNR (Lu et al.,
 * arXiv:2206.00927, equation 3.7; arXiv:2211.01095, equations 9, 12 and 14; Gonzalez et al., arXiv:2305.14267 for eta between
 * 0 and 1). With {@code h = lambda' - lambda}, {@code z = -(1 + eta) h} for data, {@code z = h} for noise:
 * <pre>
 *   data   x' = (sigma' / sigma) e^(-eta h) x  - alpha' (z phi1(z) D  + z phi2(z) h D' + z phi3(z) h^2 D'' + ...) + sigma' sqrt(1 - e^(-2 eta h)) n
 *   noise  x' = (alpha' / alpha) x - (1 + eta) sigma' (z phi1(z) e  + z phi2(z) h e' + z phi3(z) h^2 e'' + ...) + sigma' sqrt(e^(2 eta h) - 1) n
 * </pre>
 * Every multistep solver in half log-SNR draws a polynomial through estimates at nodes {@code r_j = (lambda_j - lambda) / h}: its weights have the {@link #moment moments}
 * {@code sum_j w_j r_j^k = k! factor z phi_(k+1)(z)}, one for each node; what published solvers have otherwise is a moment of another value.
 *
 * @param sample the weight of the sample the step starts from
 * @param value the weight of the estimate, {@code factor z phi1(z)} or its limit
 * @param factor {@code -alpha'} for data, {@code -(1 + eta) sigma'} for noise
 * @param z the exponent
 * @param noise the weight of fresh noise
 */
record DpmTerms(double sample, double value, double factor, double z, double noise) {

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
            return new DpmTerms(to.sigma() / from.sigma() * kept, -to.alpha() * Math.expm1(z), -to.alpha(), z, fresh);
        }
        if (to.sigma() == 0 && eta == 0) {
            double carry = to.alpha() / from.alpha();
            return new DpmTerms(carry, -carry * from.sigma(), 0, 0, 0);
        }
        double factor = -(1 + eta) * to.sigma();
        double fresh = eta == 0 ? 0 : to.sigma() * Math.sqrt(Math.expm1(2 * eta * h));
        return new DpmTerms(to.alpha() / from.alpha(), factor * Math.expm1(h), factor, h, fresh);
    }

    /** The weight of an estimate that is {@code r^degree}, r going from 0 to 1 during the step. */
    double moment(int degree) {
        return degree == 0 ? value : factor * z * Phi.factorial(degree) * Phi.of(degree + 1, z);
    }

    /** The weights of estimates at nodes, exact but for the slope, which stands for {@code moment(1)}. */
    double[] weights(double[] nodes, double slope) {
        return Lagrange.weights(nodes, degree -> degree == 1 ? slope : moment(degree));
    }

    /** The combination of sample and noise; predictions follow. */
    Combination from(boolean anchor) {
        Combination start = anchor ? Combination.ZERO.withAnchor(sample) : Combination.ZERO.withSample(sample);
        return start.withNoise(noise);
    }
}
