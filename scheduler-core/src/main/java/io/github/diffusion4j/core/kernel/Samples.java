package io.github.diffusion4j.core.kernel;

import java.util.function.DoubleBinaryOperator;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What is computed sample by sample and is not a linear combination: clamps, quantiles, norms, error norms, functions. Any layout and type, as in {@link Kernels}. */
public final class Samples {

    private Samples() {}

    /**
     * Clamps every value to [-limit, limit], in place.
     *
     * @param array the array to change
     * @param limit the largest absolute value
     */
    public static void clamp(INDArray array, double limit) {
        each(array, true, (sample, memory, start, end) -> clamp(memory, start, end, limit, 1));
    }

    /**
     * Dynamic thresholding in place, per sample: {@code s = min(max(quantile(|x|, ratio), 1), maximum)}, then
     * {@code x = clamp(x, -s, s) / s}. The quantile interpolates linearly between order statistics.
     *
     * @param array the array to change
     * @param ratio the quantile, in [0, 1]
     * @param maximum the upper limit of s
     */
    public static void dynamicThreshold(INDArray array, double ratio, double maximum) {
        each(array, true, (sample, memory, start, end) -> {
            double limit = Math.min(Math.max(OrderStatistics.absoluteQuantile(memory, start, end, ratio), 1), maximum);
            clamp(memory, start, end, limit, 1 / limit);
        });
    }

    /**
     * The Euclidean norm of each sample, averaged over the samples.
     *
     * @param array samples along the first axis
     * @return the mean norm
     */
    public static double meanNorm(INDArray array) {
        double[] sum = new double[1];
        each(array, false, (sample, memory, start, end) -> {
            double[] squares = new double[1];
            blocks(memory, start, end, false, (x, from, count, scratch) -> {
                for (int i = 0; i < count; i++) {
                    squares[0] += x[i] * x[i];
                }
            });
            sum[0] += Math.sqrt(squares[0]);
        });
        return sum[0] / Kernels.samples(array);
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
    public static double scaledDifference(INDArray low, INDArray high, INDArray previous, double atol, double rtol) {
        double[] a = Kernels.values(low);
        double[] b = Kernels.values(high);
        double[] c = Kernels.values(previous);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double scale = Math.max(atol, rtol * Math.max(Math.abs(a[i]), Math.abs(c[i])));
            sum += (a[i] - b[i]) / scale * ((a[i] - b[i]) / scale);
        }
        return Math.sqrt(sum / a.length);
    }

    /**
     * Applies a function of two values element by element, {@code target = f(target, argument)}, in place.
     *
     * @param target the array to change
     * @param argument an array of the same shape
     * @param function the function for each sample
     */
    public static void apply(INDArray target, INDArray argument, IntFunction<DoubleBinaryOperator> function) {
        Kernels.onMemory(argument, false, right -> each(target, true, (sample, left, start, end) -> {
            DoubleBinaryOperator f = function.apply(sample);
            blocks(left, start, end, true, (x, from, count, scratch) -> {
                double[] y = scratch.block(1);
                right.read(from, y, count);
                for (int i = 0; i < count; i++) {
                    x[i] = f.applyAsDouble(x[i], y[i]);
                }
            });
        }));
    }

    /**
     * Blends another array into one, in place: {@code target = (1 - w) target + w other}. Where w is 0 or 1 one of them is taken as it is, whatever the other.
     *
     * @param target the array to change
     * @param other an array of the same shape
     * @param weights w in C order
     * @param weightShape the shape of the weights, which repeat along axes of size 1 and along leading axes that they lack
     */
    public static void blend(INDArray target, INDArray other, double[] weights, long... weightShape) {
        Broadcast broadcast = Broadcast.of(weights, weightShape, target.shape());
        Kernels.onMemory(other, false, right -> each(target, true, (sample, left, start, end) -> blocks(left, start, end, true, (x, from, count, scratch) -> {
            double[] y = scratch.block(1);
            double[] w = scratch.block(2);
            right.read(from, y, count);
            broadcast.read(from, w, count);
            for (int i = 0; i < count; i++) {
                x[i] = w[i] == 0 ? x[i] : w[i] == 1 ? y[i] : (1 - w[i]) * x[i] + w[i] * y[i];
            }
        })));
    }

    private interface SampleAction {
        void act(int sample, Memory memory, int start, int end);
    }

    private static void each(INDArray array, boolean changed, SampleAction action) {
        int samples = Kernels.samples(array);
        int length = (int) (array.length() / samples);
        Kernels.onMemory(array, changed, memory -> {
            for (int sample = 0; sample < samples; sample++) {
                action.act(sample, memory, sample * length, (sample + 1) * length);
            }
        });
    }

    private static void clamp(Memory memory, int start, int end, double limit, double scale) {
        blocks(memory, start, end, true, (x, from, count, scratch) -> {
            for (int i = 0; i < count; i++) {
                x[i] = Math.max(-limit, Math.min(limit, x[i])) * scale;
            }
        });
    }

    private interface BlockAction {
        void act(double[] x, int from, int count, Scratch scratch);
    }

    /** Reads a part of memory block by block into {@code scratch.block(0)}, and writes it back where the action changes it. */
    private static void blocks(Memory memory, int start, int end, boolean changed, BlockAction action) {
        Scratch scratch = Scratch.take();
        double[] x = scratch.block(0);
        for (int from = start; from < end; from += Scratch.SIZE) {
            int count = Math.min(Scratch.SIZE, end - from);
            memory.read(from, x, count);
            action.act(x, from, count, scratch);
            if (changed) {
                memory.write(from, x, count);
            }
        }
        scratch.give();
    }
}
