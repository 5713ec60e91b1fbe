package io.github.diffusion4j.schedules.networks;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;

/**
 * The boundary condition of consistency models (Song et al., arXiv:2303.01469, equation 5 and appendix C): the estimate is the sample itself at sigma_min. On {@code x = x0 + s eps},
 * <pre>
 *   f = c_skip x + c_out F(c_in x; 250 ln s)
 *   c_skip = sd^2 / ((s - s_min)^2 + sd^2),  c_out = (s - s_min) sd / sqrt(s^2 + sd^2),  c_in = 1 / sqrt(s^2 + sd^2)
 * </pre>
 *
 * @param sigmaData the standard deviation sd of the data, above 0
 * @param sigmaMin the lowest noise level, at least 0
 */
public record ConsistencyNetwork(double sigmaData, double sigmaMin) implements Parameterization {

    private static final double TIME_SCALE = 250;
    /** As published, so that the time of sigma 0 is finite. */
    private static final double TINY = 1e-44;

    /** Checks the numbers. */
    public ConsistencyNetwork {
        if (!(sigmaData > 0 && sigmaMin >= 0 && Double.isFinite(sigmaData) && Double.isFinite(sigmaMin))) {
            throw new IllegalArgumentException("a consistency model needs sigma_data above 0 and sigma_min of at least 0, got " + sigmaData + " and " + sigmaMin);
        }
    }

    @Override
    public Weights target(NoiseLevel level) {
        Weights data = data(level);
        return new Weights((1 - data.first()) / data.second(), -data.first() * level.sigma() / data.second());
    }

    @Override
    public Weights data(NoiseLevel level) {
        double above = level.sigma() - sigmaMin;
        double data = sigmaData * sigmaData;
        return new Weights(data / (above * above + data), above * sigmaData / Math.hypot(level.sigma(), sigmaData));
    }

    @Override
    public double inputScale(NoiseLevel level) {
        return 1 / Math.hypot(level.sigma(), sigmaData);
    }

    @Override
    public double conditioning(NoiseLevel level) {
        return TIME_SCALE * Math.log(level.sigma() + TINY);
    }
}
