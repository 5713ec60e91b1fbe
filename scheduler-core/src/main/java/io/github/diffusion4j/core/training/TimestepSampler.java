package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.noise.CounterUniform;
import java.io.Serializable;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** How the timesteps of a training batch are drawn: a pure function of the seed and the iteration. Immutable. */
public interface TimestepSampler extends Serializable {

    /**
     * The timesteps of a batch.
     *
     * @param uniform the random numbers
     * @param iteration the training iteration, from 0
     * @param batch the number of samples, at least 1
     * @return one timestep and one importance weight per sample
     */
    Draw draw(CounterUniform uniform, int iteration, int batch);

    /**
     * The timesteps of a batch.
     *
     * @param timesteps one per sample, as {@link io.github.diffusion4j.core.plan.Scheduler#level} takes them: in 0 .. T-1 on a table, any time of a continuous schedule
     * @param weights one per sample, {@code 1 / (T p(t))}: with these the weighted loss has the expectation of the uniform one
     */
    record Draw(double[] timesteps, double[] weights) implements Serializable {

        /**
         * Copies the arrays.
         *
         * @throws IllegalArgumentException if there are not as many weights as timesteps, or a weight is negative or not finite, naming it
         */
        public Draw {
            if (timesteps.length != weights.length) {
                throw new IllegalArgumentException("each timestep needs a weight, got " + timesteps.length + " timesteps and " + weights.length + " weights");
            }
            for (int i = 0; i < weights.length; i++) {
                if (!(weights[i] >= 0 && Double.isFinite(weights[i]))) {
                    throw new IllegalArgumentException("importance weights are finite and at least 0, got " + weights[i] + " for timestep " + timesteps[i] + " of sample " + i);
                }
            }
            timesteps = timesteps.clone();
            weights = weights.clone();
        }

        @Override
        public double[] timesteps() {
            return timesteps.clone();
        }

        @Override
        public double[] weights() {
            return weights.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Draw draw && Arrays.equals(timesteps, draw.timesteps) && Arrays.equals(weights, draw.weights);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(timesteps) + Arrays.hashCode(weights);
        }

        @Override
        public String toString() {
            return "Draw[timesteps=" + Arrays.toString(timesteps) + ", weights=" + Arrays.toString(weights) + "]";
        }
    }

    /**
     * Every timestep equally likely, independently for each sample (Ho et al., arXiv:2006.11239, algorithm 1).
     *
     * @param timesteps T
     * @return the sampler
     */
    static TimestepSampler uniform(int timesteps) {
        return new Uniform(timesteps);
    }

    /**
     * One timestep from each of {@code batch} equal strata, so that every batch covers all noise levels (Kingma et al.,
     * arXiv:2107.00630, appendix I.1).
     *
     * @param timesteps T
     * @return the sampler
     */
    static TimestepSampler stratified(int timesteps) {
        return new Stratified(timesteps);
    }

    /**
     * Pairs {@code t} and {@code T - 1 - t}: sample {@code i} of the second half of the batch mirrors sample {@code i} of the first.
     *
     * @param timesteps T
     * @return the sampler
     */
    static TimestepSampler antithetic(int timesteps) {
        return new Antithetic(timesteps);
    }

    /**
     * Every timestep equally likely.
     *
     * @param timesteps T
     */
    record Uniform(int timesteps) implements TimestepSampler {

        /** Checks T. */
        public Uniform {
            checkTimesteps(timesteps);
        }

        @Override
        public Draw draw(CounterUniform uniform, int iteration, int batch) {
            return of(timesteps, batch, i -> uniform.at(iteration, i));
        }
    }

    /**
     * One timestep from each of equal strata.
     *
     * @param timesteps T
     */
    record Stratified(int timesteps) implements TimestepSampler {

        /** Checks T. */
        public Stratified {
            checkTimesteps(timesteps);
        }

        @Override
        public Draw draw(CounterUniform uniform, int iteration, int batch) {
            return of(timesteps, batch, i -> (i + uniform.at(iteration, i)) / batch);
        }
    }

    /**
     * Pairs {@code t} and {@code T - 1 - t}.
     *
     * @param timesteps T
     */
    record Antithetic(int timesteps) implements TimestepSampler {

        /** Checks T. */
        public Antithetic {
            checkTimesteps(timesteps);
        }

        @Override
        public Draw draw(CounterUniform uniform, int iteration, int batch) {
            int half = (batch + 1) / 2;
            double[] drawn = of(timesteps, half, i -> uniform.at(iteration, i)).timesteps();
            double[] all = new double[batch];
            for (int i = 0; i < batch; i++) {
                all[i] = i < half ? drawn[i] : timesteps - 1 - drawn[i - half];
            }
            return new Draw(all, ones(batch));
        }
    }

    private static Draw of(int timesteps, int batch, IntToDoubleFunction unit) {
        if (batch < 1) {
            throw new IllegalArgumentException("a batch needs at least one sample, got " + batch);
        }
        double[] drawn = new double[batch];
        for (int i = 0; i < batch; i++) {
            drawn[i] = Math.min(timesteps - 1, (int) (unit.applyAsDouble(i) * timesteps));
        }
        return new Draw(drawn, ones(batch));
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static void checkTimesteps(int timesteps) {
        if (timesteps < 1) {
            throw new IllegalArgumentException("there must be at least one timestep, got " + timesteps);
        }
    }
}
