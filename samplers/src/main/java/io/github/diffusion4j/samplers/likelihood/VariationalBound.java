package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.samplers.Sampling;
import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * The variational bound of a discrete-time model (Ho et al., arXiv:2006.11239, equation 5; Nichol and Dhariwal, arXiv:2102.09672, section 3), in bits for each dimension: the mean over a sample's
 * values, divided by ln 2, of
 * <pre>
 *   L_T     = KL(q(x_T | x0) || N(0, 1))
 *   L_{t-1} = KL(q(x_{t-1} | x_t, x0) || N(c1 x0^ + c2 x_t, exp(log variance)))       t = 1 .. T-1
 *   L_0     = -ln p(bin of x0)                                                         t = 0, see {@link Decoder}
 * </pre>
 * Timesteps are indices of the table, from 0. Data lie in [-1, 1]; samples along the first axis, channels, where the variance is learned, along the second. Everything is computed in double.
 *
 * @param schedule the table, of at least two timesteps
 * @param parameterization what the network outputs; {@link ForwardPosterior#previousSample} for networks that predict the mean itself
 * @param variance the variance of the reverse step
 * @param decoder the probability of the data at timestep 0
 * @param correction what happens to the estimate of the data; the published evaluation clips it to 1, training does not. A network that predicts the mean itself is taken at its word
 */
public record VariationalBound(DiscreteSchedule schedule, Parameterization parameterization, ReverseVariance variance, Decoder decoder, DataCorrection correction) implements Serializable {

    /**
     * Checks that the output determines the data at every timestep.
     *
     * @throws IllegalArgumentException if it does not, or the table has no bound ({@link ForwardPosterior})
     */
    public VariationalBound {
        new ForwardPosterior(schedule);
        for (int t = 0; t < schedule.size(); t++) {
            Parameterization.Weights weights = parameterization.data(schedule.at(t));
            if (!Double.isFinite(weights.first()) || !Double.isFinite(weights.second())) {
                throw new IllegalArgumentException(parameterization + " prediction does not determine the data at timestep " + t + ", " + schedule.at(t)
                        + ", so that the bound has no term there; a table with zero terminal SNR needs velocity or sample prediction");
            }
        }
    }

    /**
     * The reverse step, value by value.
     *
     * @param data the corrected estimate of the data
     * @param mean the mean of the step
     * @param logVariance the logarithm of its variance
     */
    public record Reverse(HostArray data, HostArray mean, HostArray logVariance) {}

    /**
     * A training loss, one number for each sample.
     *
     * @param squared the mean squared error of the output, 0 where the objective has none
     * @param bound the weighted term of the bound, 0 where the objective has none
     */
    public record Loss(double[] squared, double[] bound) {

        /**
         * The loss.
         *
         * @return the sum of both parts
         */
        public double[] total() {
            return IntStream.range(0, squared.length).mapToDouble(row -> squared[row] + bound[row]).toArray();
        }
    }

    /**
     * The bound of some samples, term by term; bits for each dimension.
     *
     * @param prior for each sample the term at the noisiest level
     * @param terms for each sample the terms of all timesteps, from timestep 0
     * @param dataErrors for each sample and timestep the mean squared error of the corrected estimate of the data
     * @param noiseErrors for each sample and timestep that of the noise that follows from it
     */
    public record Bits(double[] prior, double[][] terms, double[][] dataErrors, double[][] noiseErrors) {

        /**
         * The bound.
         *
         * @return for each sample the sum of all its terms
         */
        public double[] total() {
            return IntStream.range(0, prior.length).mapToDouble(row -> prior[row] + java.util.Arrays.stream(terms[row]).sum()).toArray();
        }
    }

    /**
     * The reverse step that a network's output gives.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param sample the noised samples
     * @param output what the network returned, with twice the channels if the variance is learned
     * @param timesteps one timestep for each sample, or one for all
     * @return the step
     * @throws IllegalArgumentException if shapes or timesteps do not fit, naming both sides
     */
    public <A> Reverse reverse(Arrays<A> arrays, A sample, A output, int... timesteps) {
        BoundBatch batch = BoundBatch.of(arrays, this, sample, output, timesteps);
        ForwardPosterior posterior = new ForwardPosterior(schedule);
        HostArray data = batch.make((t, i) -> {
            Parameterization.Weights weights = parameterization.data(level(t));
            return weights.first() * batch.sample()[i] + weights.second() * batch.output()[i];
        });
        correction.correct(data);
        double[] estimates = data.values();
        HostArray mean = batch.make((t, i) -> predictsMean() ? batch.output()[i] : posterior.weightOfData(t) * estimates[i] + posterior.weightOfSample(t) * batch.sample()[i]);
        HostArray logVariance = batch.make((t, i) -> variance.logVariance(posterior.logVariance(t), upper(posterior, t), batch.variance(i)));
        return new Reverse(data, mean, logVariance);
    }

    /** Whether the output is the mean of the reverse step, so that no estimate of the data stands in between. */
    boolean predictsMean() {
        return parameterization instanceof ForwardPosterior.PreviousSample;
    }

    /** At timestep 0 the fixed large variance is that of timestep 1, as the small one. */
    double upper(ForwardPosterior posterior, int t) {
        return t == 0 && variance == ReverseVariance.FIXED_LARGE ? posterior.logVariance(t) : posterior.logForwardVariance(t);
    }

    NoiseLevel level(int t) {
        return schedule.at(t);
    }

    /**
     * One term of the bound for each sample.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param data the clean data x0
     * @param sample the noised samples
     * @param output what the network returned, with twice the channels if the variance is learned
     * @param timesteps one timestep for each sample, or one for all
     * @return the terms in bits for each dimension
     * @throws IllegalArgumentException if shapes or timesteps do not fit, naming both sides
     */
    public <A> double[] terms(Arrays<A> arrays, A data, A sample, A output, int... timesteps) {
        return terms(arrays, data, BoundBatch.of(arrays, this, sample, output, timesteps), reverse(arrays, sample, output, timesteps));
    }

    private <A> double[] terms(Arrays<A> arrays, A data, BoundBatch batch, Reverse reverse) {
        ForwardPosterior posterior = new ForwardPosterior(schedule);
        double[] x0 = batch.checked(arrays, data, "data");
        double[] mean = reverse.mean().values();
        double[] logVariance = reverse.logVariance().values();
        return batch.means((t, i) -> {
            if (t == 0) {
                return Likelihood.bits(-decoder.logLikelihood(x0[i], mean[i], logVariance[i] / 2), 1);
            }
            double right = posterior.weightOfData(t) * x0[i] + posterior.weightOfSample(t) * batch.sample()[i];
            return Likelihood.bits(Likelihood.divergence(right, posterior.logVariance(t), mean[i], logVariance[i]), 1);
        });
    }

    /**
     * The term that no network changes: how far the noisiest samples are from pure noise.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param data the clean data x0
     * @return for each sample the term in bits for each dimension
     */
    public <A> double[] prior(Arrays<A> arrays, A data) {
        NoiseLevel noisiest = schedule.noisiest();
        double[] x0 = arrays.values(data);
        BoundBatch rows = BoundBatch.of(schedule.size() - 1, x0, arrays.shape(data));
        return rows.means((t, i) -> Likelihood.bits(Likelihood.divergence(noisiest.alpha() * x0[i], 2 * Math.log(noisiest.sigma()), 0, 0), 1));
    }

    /**
     * A training loss.
     *
     * @param <A> the array of a library
     * @param objective what is trained on
     * @param arrays the library
     * @param data the clean data x0
     * @param noise the N(0, I) noise
     * @param sample the noised samples, {@code alpha x0 + sigma noise}
     * @param output what the network returned, with twice the channels if the variance is learned
     * @param timesteps one timestep for each sample, or one for all
     * @return the loss of each sample
     * @throws IllegalArgumentException if shapes or timesteps do not fit, naming both sides
     */
    public <A> Loss loss(Objective objective, Arrays<A> arrays, A data, A noise, A sample, A output, int... timesteps) {
        BoundBatch batch = BoundBatch.of(arrays, this, sample, output, timesteps);
        double[] squared = new double[batch.rows()];
        double[] bound = new double[batch.rows()];
        if (objective.squared()) {
            double[] target = target(arrays, batch, data, noise);
            squared = batch.means((t, i) -> (target[i] - batch.output()[i]) * (target[i] - batch.output()[i]));
        }
        if (variance.learned() || !objective.squared()) {
            double weight = objective.weightOfBound(schedule.size());
            bound = java.util.Arrays.stream(terms(arrays, data, batch, reverse(arrays, sample, output, timesteps))).map(term -> weight * term).toArray();
        }
        return new Loss(squared, bound);
    }

    private <A> double[] target(Arrays<A> arrays, BoundBatch batch, A data, A noise) {
        double[] x0 = batch.checked(arrays, data, "data");
        double[] eps = batch.checked(arrays, noise, "noise");
        return batch.make((t, i) -> {
            Parameterization.Weights weights = parameterization.target(level(t));
            return weights.first() * x0[i] + weights.second() * eps[i];
        }).values();
    }

    /**
     * The loss as a regression, for graphs that hold no gradient back: with {@code L} the sum of {@link #loss} over the samples, {@code u - dL/du} is the target t for which
     * {@code sum (u - t)^2 / 2} has the gradient of L. In {@link Objective#MSE} and {@link Objective#RESCALED_MSE} the term of the bound moves the variance channels alone.
     *
     * @param <A> the array of a library
     * @param objective what is trained on
     * @param arrays the library
     * @param data the clean data x0
     * @param noise the N(0, I) noise
     * @param sample the noised samples, {@code alpha x0 + sigma noise}
     * @param output what the network returned, with twice the channels if the variance is learned
     * @param timesteps one timestep for each sample, or one for all
     * @return the target, a new array of the output's shape and type
     * @throws IllegalArgumentException if shapes or timesteps do not fit, naming both sides, or the estimate of the data is corrected, which has no gradient here
     */
    public <A> A regressionTarget(Objective objective, Arrays<A> arrays, A data, A noise, A sample, A output, int... timesteps) {
        if (!correction.equals(DataCorrection.NONE)) {
            throw new IllegalArgumentException("a corrected estimate (" + correction + ") has no gradient here; train without correction and evaluate with it");
        }
        BoundBatch batch = BoundBatch.of(arrays, this, sample, output, timesteps);
        double[] x0 = batch.checked(arrays, data, "data");
        BoundGradient gradient = BoundGradient.of(this, batch, x0, reverse(arrays, sample, output, timesteps));
        double weight = objective.weightOfBound(schedule.size()) / batch.length();
        double[] byOutput;
        if (objective.squared()) {
            double[] target = target(arrays, batch, data, noise);
            byOutput = batch.make((t, i) -> 2 * (batch.output()[i] - target[i]) / batch.length()).values();
        } else {
            byOutput = batch.make((t, i) -> weight * gradient.byOutput(t, i)).values();
        }
        double[] byVariance = variance.learned() ? batch.make((t, i) -> weight * gradient.byVariance(t, i)).values() : new double[0];
        return batch.without(arrays, output, byOutput, byVariance);
    }

    /**
     * The bound of some samples, every timestep evaluated once.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param network the network, with its conditional branch; with twice the channels if the variance is learned
     * @param data the clean data x0, in [-1, 1]
     * @param noise where the noise comes from: that of timestep t is {@link NoiseRequest#forward forward(t)}
     * @return the bound, term by term
     */
    public <A> Bits evaluate(Arrays<A> arrays, Sampling.Model<A> network, A data, NoiseSource noise) {
        return new BoundEvaluation<>(this, arrays, network, data).run(noise);
    }
}
