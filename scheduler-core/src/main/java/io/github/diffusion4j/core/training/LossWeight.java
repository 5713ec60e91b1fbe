package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import java.io.Serializable;

/**
 * The weight of a sample's squared error, given its noise level and what the network predicts.
 *
 * <p>A published weighting is of the error of one quantity: x0, eps, v, the flow, EDM's F. The errors of two quantities differ by the factor {@code b / b'} with {@code x0 = a x + b u} and
 * {@code x0 = a' x + b' u'}, so a weight of the one is a weight of the other, {@code w' = w (b' / b)^2}: from x0 to epsilon {@code w / SNR}, to v {@code w / (SNR + 1)}, to the flow
 * {@code w t^2}. At the ends of a path, alpha 0 or sigma 0, the weight is the limit of its formula.
 *
 * <p>What counts in the end is the density of the draw times the weight: two recipes have one objective if their {@link #effective} weights agree up to a constant.
 */
@FunctionalInterface
public interface LossWeight extends Serializable {

    /**
     * The weight.
     *
     * @param level the noise level of the sample
     * @param parameterization what the network outputs
     * @return the weight, finite and at least 0
     */
    double weight(NoiseLevel level, Parameterization parameterization);

    /**
     * The weight that an objective gives to the error of eps at each log signal-to-noise ratio, {@code p(log SNR) w_eps} (Kingma and Gao, arXiv:2303.00848, section 3): independent of how levels are
     * drawn and of what the network predicts.
     *
     * @param draw the law of the levels
     * @param level a level
     * @return the density per unit of log SNR times the weight of the squared error of eps
     */
    default double effective(LevelDraw draw, NoiseLevel level) {
        return draw.density(-level.lambda()) / 2 * weight(level, Parameterization.epsilon());
    }

    /**
     * Weight 1 for the output itself, whatever it is.
     *
     * @return the weight
     */
    static LossWeight plain() {
        return new Plain();
    }

    /**
     * Weight 1 for the error of one quantity, whatever the network outputs: {@code plain(Parameterization.velocity())} is CogVideoX's weight {@code 1 / (1 - abar)} of x0.
     *
     * @param quantity whose error has weight 1
     * @return the weight for any parameterization
     */
    static LossWeight plain(Parameterization quantity) {
        return new Of(quantity, new Plain());
    }

    /**
     * {@code w = SNR}: as if epsilon were predicted with weight 1 (Ho et al., arXiv:2006.11239, equation 14).
     *
     * @return the weight
     */
    static LossWeight snr() {
        return plain(Parameterization.epsilon());
    }

    /**
     * A weighting of the error of x0.
     *
     * @param data the weighting
     * @return the weight for any parameterization
     */
    static LossWeight ofData(DataWeight data) {
        return new OfData(data);
    }

    /**
     * A weighting of the error of any quantity.
     *
     * @param quantity whose error is weighted
     * @param weight its weight
     * @return the weight for any parameterization
     */
    static LossWeight of(Parameterization quantity, LossWeight weight) {
        return new Of(quantity, weight);
    }

    /**
     * {@code w = min(SNR, gamma)} (Hang et al., "Min-SNR", arXiv:2303.09556, section 3.4).
     *
     * @param gamma the limit, above 0; the paper uses 5
     * @return the weight
     */
    static LossWeight minSnr(double gamma) {
        return new OfData(new DataWeights.MinSnr(gamma));
    }

    /**
     * {@code w = SNR gamma / (SNR + gamma)}; k-diffusion's soft-min-snr is that of {@code gamma = 1 / sigma_data^2}.
     *
     * @param gamma the limit, above 0
     * @return the weight
     */
    static LossWeight softMinSnr(double gamma) {
        return new OfData(new DataWeights.SoftMinSnr(gamma));
    }

    /**
     * {@code w = max(SNR, floor)}; the truncated SNR of Salimans and Ho (arXiv:2202.00512, section 4) is that of 1.
     *
     * @param floor the least weight, above 0
     * @return the weight
     */
    static LossWeight maxSnr(double floor) {
        return new OfData(new DataWeights.MaxSnr(floor));
    }

    /**
     * {@code w = max(SNR, 1)} (Salimans and Ho, arXiv:2202.00512, section 4).
     *
     * @return the weight
     */
    static LossWeight truncatedSnr() {
        return maxSnr(1);
    }

    /**
     * {@code w = SNR / (k + SNR)^gamma} (Choi et al., "P2", arXiv:2204.00227, equation 8).
     *
     * @param k above 0; the paper uses 1
     * @param gamma at least 0; the paper uses 0.5 and 1
     * @return the weight
     */
    static LossWeight p2(double k, double gamma) {
        return new OfData(new DataWeights.P2(k, gamma));
    }

    /**
     * {@code w = SNR^power}, with the SNR cut off: power 1/2 is the debiased estimation of Yu et al. (arXiv:2310.08442), which trainers cut off at 1000.
     *
     * @param power any number
     * @param most the largest SNR, perhaps infinite
     * @return the weight, of eps {@code min(SNR, most)^(power - 1)}
     */
    static LossWeight snrPower(double power, double most) {
        return new OfData(new DataWeights.SnrPower(power, most));
    }

    /**
     * {@code w = SNR / (1 + e^(log SNR - b))} (Hoogeboom et al., arXiv:2410.19324, section 3.1).
     *
     * @param bias the log SNR b beyond which levels count less
     * @return the weight
     */
    static LossWeight sigmoid(double bias) {
        return new OfData(new DataWeights.Sigmoid(bias));
    }

    /**
     * {@code w = 1 / s^2 + 1 / sd^2} with {@code s = sigma / alpha}: weight 1 for EDM's F (Karras et al., arXiv:2206.00364, equation 7 and table 1).
     *
     * @param sigmaData the standard deviation sd of the data, above 0
     * @return the weight
     */
    static LossWeight edm(double sigmaData) {
        return new OfData(new DataWeights.Edm(sigmaData));
    }

    /**
     * The density of uniform angles over flow times as a weight of the error of the flow, {@code 2 / (pi (1 - 2 t + 2 t^2))} (Esser et al., arXiv:2403.03206, equation 21): with uniform t the
     * same objective as uniform angles with weight 1.
     *
     * @return the weight
     */
    static LossWeight cosmap() {
        return new Of(Parameterization.flow(), new Cosmap());
    }

    /**
     * The weight of the variational bound, one over the density of the log SNR as the weight of the error of eps: of uniform times the rate {@code -d log SNR / dt}, {@code g^2 / sigma^2} of an SDE
     * (Song et al., arXiv:2101.09258, theorem 1; Kingma et al., arXiv:2107.00630, equation 17). Half the expected loss is the bound, so its objective does not depend on the draw.
     *
     * @param draw the law that levels are drawn by
     * @return the weight; a level that the law never draws is refused
     */
    static LossWeight likelihood(LevelDraw draw) {
        return new Of(Parameterization.epsilon(), new Likelihood(draw));
    }

    /** A weighting of the error of x0. */
    @FunctionalInterface
    interface DataWeight extends Serializable {

        /**
         * The weight of the squared error of x0.
         *
         * @param level the noise level
         * @return the weight
         */
        double weight(NoiseLevel level);

        /**
         * The weight of the squared error of eps, {@code w / SNR}: worth a formula of its own where the quotient has none at pure noise or clean data.
         *
         * @param level the noise level
         * @return the weight
         */
        default double weightOfNoise(NoiseLevel level) {
            return weight(level) / level.snr();
        }
    }

    /** Weight 1. */
    record Plain() implements LossWeight {
        @Override
        public double weight(NoiseLevel level, Parameterization parameterization) {
            return 1;
        }
    }

    /** {@code 2 / (pi (1 - 2 t + 2 t^2))}, {@code t = sigma / (alpha + sigma)}. */
    record Cosmap() implements LossWeight {
        @Override
        public double weight(NoiseLevel level, Parameterization parameterization) {
            double t = level.sigma() / (level.alpha() + level.sigma());
            return 2 / (Math.PI * (1 - 2 * t * (1 - t)));
        }
    }

    /**
     * {@code 1 / p(log SNR)}.
     *
     * @param draw the law that levels are drawn by
     */
    record Likelihood(LevelDraw draw) implements LossWeight {
        @Override
        public double weight(NoiseLevel level, Parameterization parameterization) {
            double density = draw.density(-level.lambda());
            if (!(density > 0)) {
                throw new IllegalArgumentException(draw + " has the density " + density + " at " + level + ", so that no weight makes up for it; use the law that the levels are drawn by");
            }
            return 2 / density;
        }
    }

    /**
     * The weight of the error of another quantity, times the square of the factor between the errors: {@code x0 = a x + b u} gives it, and at the ends {@code eps = d x + c u}.
     *
     * @param quantity whose error is weighted
     * @param weight its weight
     */
    record Of(Parameterization quantity, LossWeight weight) implements LossWeight {
        @Override
        public double weight(NoiseLevel level, Parameterization parameterization) {
            if (quantity.equals(parameterization)) {
                return weight.weight(level, quantity);
            }
            double own = weight.weight(level, quantity);
            return finite(this, level, parameterization, times(own, parameterization.data(level).second() / quantity.data(level).second()),
                    times(own, parameterization.noise(level).second() / quantity.noise(level).second()));
        }
    }

    /**
     * The weight of the error of x0 or of that of eps: near pure noise the latter first, because the other has lost its digits there.
     *
     * @param data the weighting of the error of x0
     */
    record OfData(DataWeight data) implements LossWeight {
        @Override
        public double weight(NoiseLevel level, Parameterization parameterization) {
            return finite(this, level, parameterization, times(data.weight(level), parameterization.data(level).second()),
                    times(data.weightOfNoise(level), parameterization.noise(level).second()));
        }
    }

    private static double finite(LossWeight what, NoiseLevel level, Parameterization parameterization, double ofData, double ofNoise) {
        boolean noisy = level.snr() < Double.MIN_NORMAL;
        double preferred = noisy ? ofNoise : ofData;
        double weight = Double.isFinite(preferred) ? preferred : noisy ? ofData : ofNoise;
        if (!Double.isFinite(weight)) {
            throw new IllegalArgumentException("the weight of " + parameterization + " prediction by " + what + " is " + weight + " at " + level
                    + "; keep such levels out of training or use another weight or parameterization");
        }
        return weight;
    }

    private static double times(double weight, double factor) {
        return weight * factor * factor;
    }
}
