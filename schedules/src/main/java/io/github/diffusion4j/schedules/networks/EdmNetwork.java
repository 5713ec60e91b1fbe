package io.github.diffusion4j.schedules.networks;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;

/**
 * EDM's preconditioning (Karras et al., arXiv:2206.00364, equation 7 and table 1), on {@code y = x / alpha} and {@code s = sigma / alpha}:
 * <pre>
 *   x0 = c_skip y + sign c_out F(c_in y; c_noise)
 *   c_skip = sd^2 / (s^2 + sd^2),  c_out = s sd / sqrt(s^2 + sd^2),  c_in = 1 / sqrt(s^2 + sd^2)
 * </pre>
 *
 * @param sigmaData the standard deviation sd of the data
 * @param sign 1, or -1 for networks that Diffusers calls v_prediction
 * @param time what the network is told of the noise level
 */
public record EdmNetwork(double sigmaData, int sign, Time time) implements Parameterization {

    /** What the network is told of the noise level. */
    public enum Time {
        /** {@code ln(s) / 4}. */
        QUARTER_LOG,
        /** {@code 2 / pi atan(s)}. */
        ARC_TANGENT,
        /** The level's time. */
        LEVEL;

        /**
         * The level of a schedule, whose network is told this.
         *
         * @param schedule the schedule
         * @param told what the network is told
         * @return the level
         */
        public NoiseLevel level(NoiseSchedule schedule, double told) {
            return switch (this) {
                case QUARTER_LOG -> schedule.atEdmSigma(Math.exp(4 * told));
                case ARC_TANGENT -> schedule.atEdmSigma(Math.tan(told * Math.PI / 2));
                case LEVEL -> schedule.at(told);
            };
        }
    }

    /**
     * EDM's own network: {@code c_noise = ln(s) / 4}.
     *
     * @param sigmaData the standard deviation of the data, 0.5 for pictures in [-1, 1]
     * @return the parameterization
     */
    public static EdmNetwork of(double sigmaData) {
        return new EdmNetwork(sigmaData, 1, Time.QUARTER_LOG);
    }

    /** Checks the standard deviation. */
    public EdmNetwork {
        if (!(sigmaData > 0 && Double.isFinite(sigmaData)) || Math.abs(sign) != 1) {
            throw new IllegalArgumentException("the standard deviation of the data must be positive and finite and the sign 1 or -1, got " + sigmaData + " and " + sign);
        }
    }

    private double variance(NoiseLevel level) {
        return level.edmSigma() * level.edmSigma() + sigmaData * sigmaData;
    }

    private double skip(NoiseLevel level) {
        return sigmaData * sigmaData / variance(level);
    }

    private double out(NoiseLevel level) {
        return sign * level.edmSigma() * sigmaData / Math.sqrt(variance(level));
    }

    @Override
    public Weights target(NoiseLevel level) {
        double root = Math.sqrt(variance(level));
        return new Weights(sign * level.edmSigma() / (sigmaData * root), -sign * sigmaData / root);
    }

    @Override
    public Weights data(NoiseLevel level) {
        return new Weights(skip(level) / level.alpha(), out(level));
    }

    @Override
    public double inputScale(NoiseLevel level) {
        return 1 / (level.alpha() * Math.sqrt(variance(level)));
    }

    @Override
    public double conditioning(NoiseLevel level) {
        return switch (time) {
            case QUARTER_LOG -> 0.25 * Math.log(level.edmSigma());
            case ARC_TANGENT -> Math.atan(level.edmSigma()) * 2 / Math.PI;
            case LEVEL -> level.time();
        };
    }
}
