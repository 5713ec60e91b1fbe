package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.training.LossWeight.DataWeight;

/** Published weights of the error of x0, with a form for eps that is finite at both ends. */
final class DataWeights {

    private DataWeights() {}

    /** {@code min(SNR, gamma)}. */
    record MinSnr(double gamma) implements DataWeight {

        MinSnr {
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

    /** {@code SNR gamma / (SNR + gamma)}. */
    record SoftMinSnr(double gamma) implements DataWeight {

        SoftMinSnr {
            checkPositive("gamma", gamma);
        }

        @Override
        public double weight(NoiseLevel level) {
            return gamma / (1 + gamma / level.snr());
        }

        @Override
        public double weightOfNoise(NoiseLevel level) {
            return gamma / (level.snr() + gamma);
        }
    }

    /** {@code max(SNR, floor)}. */
    record MaxSnr(double floor) implements DataWeight {

        MaxSnr {
            checkPositive("the least weight", floor);
        }

        @Override
        public double weight(NoiseLevel level) {
            return Math.max(level.snr(), floor);
        }

        @Override
        public double weightOfNoise(NoiseLevel level) {
            return Math.max(1, floor / level.snr());
        }
    }

    /** {@code SNR / (k + SNR)^gamma}. */
    record P2(double k, double gamma) implements DataWeight {

        P2 {
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

    /** {@code SNR min(SNR, most)^(power - 1)}. */
    record SnrPower(double power, double most) implements DataWeight {

        SnrPower {
            if (!Double.isFinite(power)) {
                throw new IllegalArgumentException("the power of the SNR must be finite, got " + power);
            }
            if (!(most > 0)) {
                throw new IllegalArgumentException("the largest SNR must be positive, got " + most);
            }
        }

        @Override
        public double weight(NoiseLevel level) {
            return level.snr() > most ? level.snr() * weightOfNoise(level) : Math.pow(level.snr(), power);
        }

        @Override
        public double weightOfNoise(NoiseLevel level) {
            return Math.pow(Math.min(level.snr(), most), power - 1);
        }
    }

    /** {@code SNR / (1 + SNR e^-b)}. */
    record Sigmoid(double bias) implements DataWeight {

        Sigmoid {
            if (!Double.isFinite(bias)) {
                throw new IllegalArgumentException("the bias of a sigmoid weight must be finite, got " + bias);
            }
        }

        @Override
        public double weight(NoiseLevel level) {
            return 1 / (1 / level.snr() + Math.exp(-bias));
        }

        @Override
        public double weightOfNoise(NoiseLevel level) {
            return 1 / (1 + level.snr() * Math.exp(-bias));
        }
    }

    /** {@code 1 / s^2 + 1 / sd^2}. */
    record Edm(double sigmaData) implements DataWeight {

        Edm {
            checkPositive("the standard deviation of the data", sigmaData);
        }

        @Override
        public double weight(NoiseLevel level) {
            return level.snr() + 1 / (sigmaData * sigmaData);
        }

        @Override
        public double weightOfNoise(NoiseLevel level) {
            return 1 + 1 / (level.snr() * sigmaData * sigmaData);
        }
    }

    private static void checkPositive(String name, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(name + " must be positive and finite, got " + value);
        }
    }
}
