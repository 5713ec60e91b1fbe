package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import java.io.Serializable;

/**
 * The distribution of a step back when the data are known, {@code q(x_{t-1} | x_t, x0)} (Ho et al., arXiv:2006.11239, equations 6 and 7): with {@code ab} the signal power at t, {@code ab'} that
 * at t - 1 (1 for t = 0) and {@code beta = 1 - ab / ab'},
 * <pre>
 *   mean     = beta sqrt(ab') / (1 - ab) x0 + (1 - ab') sqrt(1 - beta) / (1 - ab) x_t
 *   variance = beta (1 - ab') / (1 - ab)
 * </pre>
 *
 * @param schedule the table, of at least two timesteps
 */
public record ForwardPosterior(DiscreteSchedule schedule) implements Serializable {

    /**
     * Checks the table.
     *
     * @throws IllegalArgumentException if it has one timestep, or a timestep that adds no noise, naming it
     */
    public ForwardPosterior {
        if (schedule.size() < 2) {
            throw new IllegalArgumentException("a bound needs at least two timesteps, because the variance of timestep 0 is that of timestep 1; got " + schedule);
        }
        for (int t = 1; t < schedule.size(); t++) {
            if (!(schedule.alphaCumprod(t) < schedule.alphaCumprod(t - 1))) {
                throw new IllegalArgumentException("timestep " + t + " adds no noise (signal power " + schedule.alphaCumprod(t - 1) + " to " + schedule.alphaCumprod(t)
                        + "), so that its posterior has no density; leave it out of the table");
            }
        }
    }

    private double before(int t) {
        return t == 0 ? 1 : schedule.alphaCumprod(t - 1);
    }

    private double beta(int t) {
        return 1 - schedule.alphaCumprod(t) / before(t);
    }

    /**
     * The variance.
     *
     * @param timestep t, from 0
     * @return the variance, 0 at timestep 0
     */
    public double variance(int timestep) {
        return beta(timestep) * (1 - before(timestep)) / (1 - schedule.alphaCumprod(timestep));
    }

    /**
     * The logarithm of the variance, at timestep 0 that of timestep 1 (Ho et al.'s and Nichol and Dhariwal's code).
     *
     * @param timestep t, from 0
     * @return the logarithm, finite
     */
    public double logVariance(int timestep) {
        return Math.log(variance(Math.max(timestep, 1)));
    }

    /**
     * The logarithm of the forward variance beta.
     *
     * @param timestep t, from 0
     * @return {@code ln beta}
     */
    public double logForwardVariance(int timestep) {
        return Math.log(beta(timestep));
    }

    /**
     * The weight of the data in the mean.
     *
     * @param timestep t, from 0
     * @return {@code beta sqrt(ab') / (1 - ab)}, 1 at timestep 0
     */
    public double weightOfData(int timestep) {
        return timestep == 0 ? 1 : beta(timestep) * Math.sqrt(before(timestep)) / (1 - schedule.alphaCumprod(timestep));
    }

    /**
     * The weight of the sample in the mean.
     *
     * @param timestep t, from 0
     * @return {@code (1 - ab') sqrt(1 - beta) / (1 - ab)}, 0 at timestep 0
     */
    public double weightOfSample(int timestep) {
        return (1 - before(timestep)) * Math.sqrt(schedule.alphaCumprod(timestep) / before(timestep)) / (1 - schedule.alphaCumprod(timestep));
    }

    /**
     * What a network outputs that predicts the mean itself (Ho et al., section 3.2; {@code PREVIOUS_X} of Nichol and Dhariwal's code): {@code u = c1 x0 + c2 x_t} with the weights of the mean,
     * a mixture of data and noise as all parameterizations are.
     *
     * @return the parameterization, for levels whose time is a timestep of this table
     */
    public Parameterization previousSample() {
        return new PreviousSample(this);
    }

    /** Predicts the mean. */
    record PreviousSample(ForwardPosterior posterior) implements Parameterization {

        @Override
        public Weights target(NoiseLevel level) {
            int t = timestep(level);
            double ofSample = posterior.weightOfSample(t);
            return new Weights(posterior.weightOfData(t) + ofSample * level.alpha(), ofSample * level.sigma());
        }

        /** The determinant of the general formula without its cancellation: {@code x0 = (u - c2 x) / c1}. */
        @Override
        public Weights data(NoiseLevel level) {
            int t = timestep(level);
            return new Weights(-posterior.weightOfSample(t) / posterior.weightOfData(t), 1 / posterior.weightOfData(t));
        }

        private static int timestep(NoiseLevel level) {
            int t = (int) level.time();
            if (t != level.time()) {
                throw new IllegalArgumentException("the previous sample is known at whole timesteps of its table, not at time " + level.time());
            }
            return t;
        }
    }
}
