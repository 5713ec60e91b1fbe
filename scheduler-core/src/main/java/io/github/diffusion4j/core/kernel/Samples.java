package io.github.diffusion4j.core.kernel;

import java.util.function.DoubleBinaryOperator;
import java.util.function.IntFunction;

/** What is computed sample by sample and is not a linear combination: clamps, quantiles, norms, error norms, functions. Any layout and type. */
public final class Samples {

    private Samples() {}

    /**
     * Clamps every value to [-limit, limit], in place.
     *
     * @param array the array to change
     * @param limit the largest absolute value
     */
    public static void clamp(HostArray array, double limit) {
        each(array, (sample, memory, start, end) -> clamp(memory, start, end, limit, 1));
    }

    /**
     * Dynamic thresholding in place, per sample: {@code s = min(max(quantile(|x|, ratio), 1), maximum)}, then
     * {@code x = clamp(x, -s, s) / s}. The quantile interpolates linearly between order statistics.
     *
     * @param array the array to change
     * @param ratio the quantile, in [0, 1]
     * @param maximum the upper limit of s
     */
    public static void dynamicThreshold(HostArray array, double ratio, double maximum) {
        each(array, (sample, memory, start, end) -> {
            double limit = Math.min(Math.max(OrderStatistics.absoluteQuantile(array, start, end, ratio), 1), maximum);
            clamp(memory, start, end, limit, 1 / limit);
        });
    }

    /**
     * The Euclidean norm of each sample, averaged over the samples.
     *
     * @param array samples along the first axis
     * @return the mean norm
     */
    public static double meanNorm(HostArray array) {
        double sum = 0;
        for (Moments row : Moments.of(array)) {
            sum += row.norm(0);
        }
        return sum / array.samples();
    }

    /**
     * How far two estimates are apart, in units of a tolerance (Hairer, Norsett and Wanner, Solving ODEs I, equation II.4.11):
     * {@code sqrt(mean(((low - high) / max(atol, rtol max(|low|, |previous|)))^2))}.
     *
     * @param low an estimate
     * @param high a better one, of the same shape
     * @param previous the estimate before, of the same shape
     * @param atol the absolute tolerance
     * @param rtol the relative tolerance
     * @return the scaled difference; 1 where it is as large as tolerated
     */
    public static double scaledDifference(HostArray low, HostArray high, HostArray previous, double atol, double rtol) {
        double[][] sums = Moments.rows(1, low.length(), 1, (from, count, scratch, out, at) -> {
            double[][] x = scratch.doubles(3);
            low.memory().read(from, x[0], 0, count);
            high.memory().read(from, x[1], 0, count);
            previous.memory().read(from, x[2], 0, count);
            for (int i = 0; i < count; i++) {
                double scaled = (x[0][i] - x[1][i]) / Math.max(atol, rtol * Math.max(Math.abs(x[0][i]), Math.abs(x[2][i])));
                out[at] += scaled * scaled;
            }
        });
        return Math.sqrt(sums[0][0] / low.length());
    }

    /**
     * Applies a function of two values element by element, {@code target = f(target, argument)}, in place.
     *
     * @param target the array to change
     * @param argument an array of the same shape
     * @param function the function for each sample
     */
    public static void apply(HostArray target, HostArray argument, IntFunction<DoubleBinaryOperator> function) {
        Memory right = argument.memory();
        each(target, (sample, left, start, end) -> {
            DoubleBinaryOperator f = function.apply(sample);
            blocks(left, start, end, (x, from, count, scratch) -> {
                double[] y = scratch.block(1);
                right.read(from, y, 0, count);
                for (int i = 0; i < count; i++) {
                    x[i] = f.applyAsDouble(x[i], y[i]);
                }
            });
        });
    }

    /**
     * Blends another array into one, in place: {@code target = (1 - w) target + w other}. Where w is 0 or 1 one of them is taken as it is, whatever the other.
     *
     * @param target the array to change
     * @param other an array of the same shape
     * @param weights w, of the same shape
     */
    public static void blend(HostArray target, HostArray other, HostArray weights) {
        blocks(target.memory(), 0, target.length(), (x, from, count, scratch) -> {
            double[] y = scratch.block(1);
            double[] w = scratch.block(2);
            other.memory().read(from, y, 0, count);
            weights.memory().read(from, w, 0, count);
            for (int i = 0; i < count; i++) {
                x[i] = w[i] == 0 ? x[i] : w[i] == 1 ? y[i] : (1 - w[i]) * x[i] + w[i] * y[i];
            }
        });
    }

    private interface SampleAction {
        void act(int sample, Memory memory, int start, int end);
    }

    private static void each(HostArray array, SampleAction action) {
        int samples = array.samples();
        int length = array.length() / samples;
        for (int sample = 0; sample < samples; sample++) {
            action.act(sample, array.memory(), sample * length, (sample + 1) * length);
        }
    }

    private static void clamp(Memory memory, int start, int end, double limit, double scale) {
        blocks(memory, start, end, (x, from, count, scratch) -> {
            for (int i = 0; i < count; i++) {
                x[i] = Math.max(-limit, Math.min(limit, x[i])) * scale;
            }
        });
    }

    private interface BlockAction {
        void act(double[] x, int from, int count, Scratch scratch);
    }

    /** Reads a part of memory block by block into {@code scratch.block(0)}, and writes it back as the action leaves it. */
    private static void blocks(Memory memory, int start, int end, BlockAction action) {
        Scratch scratch = Scratch.take();
        double[] x = scratch.block(0);
        for (int from = start; from < end; from += Scratch.SIZE) {
            int count = Math.min(Scratch.SIZE, end - from);
            memory.read(from, x, 0, count);
            action.act(x, from, count, scratch);
            memory.write(from, x, 0, count);
        }
        scratch.give();
    }
}
