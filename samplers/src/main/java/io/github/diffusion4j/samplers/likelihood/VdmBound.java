package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Arrays;
import java.io.Serializable;
import java.util.function.IntToDoubleFunction;

/**
 * The variational bound of a variance-preserving model of continuous noise (Kingma et al., "Variational Diffusion Models", arXiv:2107.00630, sections 3 to 5), in nats of a whole sample. With
 * {@code gamma = ln(sigma^2 / alpha^2)} the bound is {@link #prior} + {@link #reconstruction} + the diffusion loss, whose sum over all values of a sample's squared error of eps is weighted by
 * {@link #weight(double, double, int)} in T steps, or by {@link #weight(double)} in continuous time. Data are {@code x_k = 2 (k + 1/2) / values - 1}, k = 0 .. values - 1.
 *
 * @param gamma0 gamma of the cleanest level, where the data are read off; -13.3 in the paper's experiments
 * @param gamma1 gamma of the noisiest level, above {@code gamma0}; 5
 * @param values how many values the data take, 256 for 8 bits
 */
public record VdmBound(double gamma0, double gamma1, int values) implements Serializable {

    /** The least significant digits of data in single precision. */
    private static final double ROUNDING = 1e-4;

    /**
     * Checks the levels.
     *
     * @throws IllegalArgumentException if gamma does not rise, or there are fewer than two values
     */
    public VdmBound {
        if (!(gamma0 < gamma1 && Double.isFinite(gamma0) && Double.isFinite(gamma1))) {
            throw new IllegalArgumentException("gamma = ln(sigma^2 / alpha^2) rises with the noise, got " + gamma0 + " for the cleanest and " + gamma1 + " for the noisiest level");
        }
        if (values < 2) {
            throw new IllegalArgumentException("data take at least two values, got " + values);
        }
    }

    /**
     * The variance-preserving level of a gamma: {@code sigma^2 = 1 / (1 + exp(-gamma))}, {@code alpha^2 = 1 / (1 + exp(gamma))}. It is also the level's time.
     *
     * @param gamma {@code ln(sigma^2 / alpha^2)}
     * @return the level
     */
    public static NoiseLevel level(double gamma) {
        return new NoiseLevel(gamma, Math.sqrt(1 / (1 + Math.exp(gamma))), Math.sqrt(1 / (1 + Math.exp(-gamma))));
    }

    /**
     * The start of a time's step where time is divided into equal steps: times are rounded up to the end of their step.
     *
     * @param time in (0, 1]
     * @param steps the number of steps T
     * @return {@code ceil(time T) / T - 1 / T}; the end of the step is {@code 1 / T} later
     */
    public static double stepStart(double time, int steps) {
        if (!(time > 0 && time <= 1) || steps < 1) {
            throw new IllegalArgumentException("a time in (0, 1] lies in one of at least one steps, got time " + time + " and " + steps + " steps");
        }
        return (Math.ceil(time * steps) - 1) / steps;
    }

    /**
     * The weight of the squared error of eps in a time that was drawn uniformly from T steps (section 4): {@code T/2 (exp(gamma_t - gamma_s) - 1)}.
     *
     * @param start gamma_s, where the step starts that is cleaner
     * @param end gamma_t, where it ends
     * @param steps the number of steps T
     * @return the weight, at least 0
     */
    public static double weight(double start, double end, int steps) {
        return 0.5 * steps * Math.expm1(end - start);
    }

    /**
     * The weight of the squared error of eps in continuous time (section 5): {@code gamma'(t) / 2}.
     *
     * @param slope the derivative of gamma by the time t in [0, 1] that was drawn uniformly
     * @return the weight
     */
    public static double weight(double slope) {
        return 0.5 * slope;
    }

    /**
     * How far the noisiest samples are from pure noise: {@code sum ((1 - v) x^2 + v - ln v - 1) / 2} with {@code v = sigma^2} of {@code gamma1}.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param data the clean data, samples along the first axis
     * @return for each sample the term in nats
     */
    public <A> double[] prior(Arrays<A> arrays, A data) {
        NoiseLevel noisiest = level(gamma1);
        double[] x = arrays.values(data);
        return sums(x, arrays.shape(data), i -> Likelihood.divergence(noisiest.alpha() * x[i], 2 * Math.log(noisiest.sigma()), 0, 0));
    }

    /**
     * How well the data are read off the cleanest level: {@code -sum ln softmax_k(-exp(-gamma0) (z - x_k)^2 / 2)} at the data's own values, with {@code z = x + exp(gamma0 / 2) eps}.
     *
     * @param <A> the array of a library
     * @param arrays the library
     * @param data the clean data, samples along the first axis
     * @param noise N(0, I) noise of the same shape
     * @return for each sample the term in nats
     * @throws IllegalArgumentException if shapes differ or data are none of the values, naming one
     */
    public <A> double[] reconstruction(Arrays<A> arrays, A data, A noise) {
        double[] x = arrays.values(data);
        double[] eps = arrays.values(noise);
        if (!java.util.Arrays.equals(arrays.shape(data), arrays.shape(noise))) {
            throw new IllegalArgumentException("data and noise must have one shape, got " + java.util.Arrays.toString(arrays.shape(data)) + " and "
                    + java.util.Arrays.toString(arrays.shape(noise)));
        }
        return sums(x, arrays.shape(data), i -> reconstruction(x[i], eps[i]));
    }

    private double reconstruction(double x, double eps) {
        int own = index(x);
        double z = x + Math.exp(gamma0 / 2) * eps;
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < values; k++) {
            largest = Math.max(largest, logit(z, k));
        }
        double sum = 0;
        for (int k = 0; k < values; k++) {
            sum += Math.exp(logit(z, k) - largest);
        }
        return largest + Math.log(sum) - logit(z, own);
    }

    private double logit(double z, int k) {
        double distance = z - value(k);
        return -0.5 * Math.exp(-gamma0) * distance * distance;
    }

    private double value(int k) {
        return 2 * (k + 0.5) / values - 1;
    }

    private int index(double x) {
        long k = Math.round((x + 1) * values / 2 - 0.5);
        if (!(k >= 0 && k < values && Math.abs(x - value((int) k)) <= ROUNDING)) {
            throw new IllegalArgumentException("the data hold " + x + ", which is none of the " + values + " values 2 (k + 1/2) / " + values + " - 1; scale pixels k so");
        }
        return (int) k;
    }

    private static double[] sums(double[] x, long[] shape, IntToDoubleFunction term) {
        double[] sums = new double[shape.length == 0 ? 1 : (int) shape[0]];
        for (int i = 0; i < x.length; i++) {
            sums[i / (x.length / sums.length)] += term.applyAsDouble(i);
        }
        return sums;
    }
}
