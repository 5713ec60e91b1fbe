package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import java.io.Serializable;

/**
 * The weight of a sample's squared error, given its noise level and what the network predicts.
 *
 * <p>A published weighting {@code w} of the error of x0 becomes a weight of the error of the network's output u by
 * {@code x0 = a x + b u}: the errors differ by the factor {@code b}, so u takes {@code w b^2}. That is {@code w / SNR} for
 * epsilon, {@code w} for x0 and {@code w / (SNR + 1)} for v prediction.
 *
 * <p>At the ends of a path, alpha 0 or sigma 0, a weight is the limit of its formula. There one of the errors has a weight without limit and a factor of 0, so that the weight is
 * taken from the error of eps instead, {@code (w / SNR) c^2} with {@code eps = d x + c u}, which is the same in between.
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
     * Weight 1 for the output itself, whatever it is.
     *
     * @return the weight
     */
    static LossWeight plain() {
        return new Plain();
    }

    /**
     * {@code w = SNR}: as if epsilon were predicted with weight 1 (Ho et al., arXiv:2006.11239, equation 14).
     *
     * @return the weight
     */
    static LossWeight snr() {
        return new OfData("SNR", new Snr());
    }

    /**
     * {@code w = min(SNR, gamma)} (Hang et al., "Min-SNR", arXiv:2303.09556, section 3.4).
     *
     * @param gamma the limit, above 0; the paper uses 5
     * @return the weight
     */
    static LossWeight minSnr(double gamma) {
        return new OfData("min-SNR", new MinSnr(gamma));
    }

    /**
     * {@code w = max(SNR, 1)} (Salimans and Ho, arXiv:2202.00512, section 4).
     *
     * @return the weight
     */
    static LossWeight truncatedSnr() {
        return new OfData("truncated SNR", new TruncatedSnr());
    }

    /**
     * {@code w = SNR / (k + SNR)^gamma} (Choi et al., "P2", arXiv:2204.00227, equation 8).
     *
     * @param k above 0; the paper uses 1
     * @param gamma at least 0; the paper uses 0.5 and 1
     * @return the weight
     */
    static LossWeight p2(double k, double gamma) {
        return new OfData("P2", new P2(k, gamma));
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

    /**
     * A weighting that is given for the error of x0.
     *
     * @param name what messages call it
     * @param data the weighting
     * @return the weight for any parameterization
     */
    static LossWeight ofData(String name, DataWeight data) {
        return new OfData(name, data);
    }

    /** Weight 1. */
    record Plain() implements LossWeight {
        @Override
        public double weight(NoiseLevel level, Parameterization parameterization) {
            return 1;
        }
    }

    /**
     * The weight of the error of x0 or of that of eps: near pure noise the latter first, because the other has lost its digits there.
     *
     * @param name what messages call it
     * @param data the weighting of the error of x0
     */
    record OfData(String name, DataWeight data) implements LossWeight {
        @Override
        public double weight(NoiseLevel level, Parameterization parameterization) {
            double ofData = times(data.weight(level), parameterization.data(level).second());
            double ofNoise = times(data.weightOfNoise(level), parameterization.noise(level).second());
            boolean noisy = level.snr() < Double.MIN_NORMAL;
            double preferred = noisy ? ofNoise : ofData;
            double weight = Double.isFinite(preferred) ? preferred : noisy ? ofData : ofNoise;
            if (!Double.isFinite(weight)) {
                throw new IllegalArgumentException("the " + name + " weight of " + parameterization + " prediction is " + weight + " at " + level
                        + "; keep such levels out of training or use another weight or parameterization");
            }
            return weight;
        }
    }

    /** {@code SNR}. */
    record Snr() implements DataWeight {
        @Override
        public double weight(NoiseLevel level) {
            return level.snr();
        }

        @Override
        public double weightOfNoise(NoiseLevel level) {
            return 1;
        }
    }

    /**
     * {@code min(SNR, gamma)}.
     *
     * @param gamma the limit, above 0
     */
    record MinSnr(double gamma) implements DataWeight {

        /** Checks the limit. */
        public MinSnr {
            checkPositive("gamma", gamma);
        }

        @Override
        public double weight(NoiseLevel level) {
            return Math.min(level.snr(), gamma);
        }

        @Override
        public double weightOfNoise(NoiseLevel level) {
            return Math.min(1, gamma / level.snr());
        }
    }

    /** {@code max(SNR, 1)}. */
    record TruncatedSnr() implements DataWeight {
        @Override
        public double weight(NoiseLevel level) {
            return Math.max(level.snr(), 1);
        }

        @Override
        public double weightOfNoise(NoiseLevel level) {
            return Math.max(1, 1 / level.snr());
        }
    }

    /**
     * {@code SNR / (k + SNR)^gamma}.
     *
     * @param k above 0
     * @param gamma at least 0
     */
    record P2(double k, double gamma) implements DataWeight {

        /** Checks the numbers. */
        public P2 {
            checkPositive("k", k);
            if (!(gamma >= 0 && Double.isFinite(gamma))) {
                throw new IllegalArgumentException("gamma must be at least 0 and finite, got " + gamma);
            }
        }

        /** Without infinity over infinity at clean data. */
        @Override
        public double weight(NoiseLevel level) {
            double snr = level.snr();
            return snr > 1 ? Math.pow(snr, 1 - gamma) * Math.pow(1 + k / snr, -gamma) : snr / Math.pow(k + snr, gamma);
        }

        @Override
        public double weightOfNoise(NoiseLevel level) {
            return Math.pow(k + level.snr(), -gamma);
        }
    }

    private static double times(double weight, double factor) {
        return weight * factor * factor;
    }

    private static void checkPositive(String name, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(name + " must be positive and finite, got " + value);
        }
    }
}
