package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.samplers.Sampling;
import java.util.Arrays;
import java.util.List;

/**
 * Handwritten digits, each blurred by a Gaussian of width kappa, and their perfect network: with {@code s = sigma / alpha}, {@code y = x / alpha} and all digits {@code x_i}, scaled to [-1, 1],
 * <pre>
 *   E[x0 | x] = (kappa^2 y + s^2 sum w_i x_i) / (kappa^2 + s^2),   w_i proportional to exp(-|y - x_i|^2 / (2 (s^2 + kappa^2)))
 * </pre>
 * A sample between two digits may become either, so that errors are carried by few samples.
 */
public final class DigitsData implements Sampling.Model<HostArray> {

    /** The width: with 0 every run ends on a digit, which hides small errors. */
    public static final double KAPPA = 0.25;

    private static final int PIXELS = DigitsFile.PIXELS;
    private static final double HALF_RANGE = 8;
    /** Digits whose weight is less than {@code e^-40} of the largest do not count in double precision. */
    private static final double LEAST_LOG = -40;

    private final double[][] digits;
    /** The same by pixels, for a loop that the compiler makes vectors of. */
    private final double[][] pixels;
    private final double[] squares;

    /** Reads the digits. */
    public DigitsData() {
        List<int[]> rows = DigitsFile.rows();
        digits = rows.stream().map(row -> Arrays.stream(row, 0, PIXELS).mapToDouble(value -> value / HALF_RANGE - 1).toArray()).toArray(double[][]::new);
        pixels = new double[PIXELS][digits.length];
        squares = new double[digits.length];
        for (int i = 0; i < digits.length; i++) {
            for (int p = 0; p < PIXELS; p++) {
                pixels[p][i] = digits[i][p];
                squares[i] += digits[i][p] * digits[i][p];
            }
        }
    }

    @Override
    public HostArray predict(ModelInput<HostArray> input) {
        double[] x = input.sample().values();
        double[] estimates = new double[x.length];
        for (int from = 0; from < x.length; from += PIXELS) {
            System.arraycopy(estimate(input.level(), Arrays.copyOfRange(x, from, from + PIXELS)), 0, estimates, from, PIXELS);
        }
        return HostArray.of(estimates, input.sample().shape());
    }

    /** The estimate for one sample. */
    private double[] estimate(NoiseLevel level, double... x) {
        double s = level.edmSigma() * level.edmSigma();
        double variance = s + KAPPA * KAPPA;
        double[] likely = new double[digits.length];
        for (int p = 0; p < PIXELS; p++) {
            double y = x[p] / level.alpha();
            double[] pixel = pixels[p];
            for (int i = 0; i < likely.length; i++) {
                likely[i] += y * pixel[i];
            }
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < likely.length; i++) {
            likely[i] = (likely[i] - squares[i] / 2) / variance;
            largest = Math.max(largest, likely[i]);
        }
        double[] mean = new double[PIXELS];
        double sum = 0;
        for (int i = 0; i < likely.length; i++) {
            if (likely[i] - largest > LEAST_LOG) {
                double weight = Math.exp(likely[i] - largest);
                sum += weight;
                add(mean, weight, digits[i]);
            }
        }
        for (int p = 0; p < PIXELS; p++) {
            mean[p] = (KAPPA * KAPPA * x[p] / level.alpha() + s * mean[p] / sum) / variance;
        }
        return mean;
    }

    private static void add(double[] sum, double weight, double[] values) {
        for (int p = 0; p < sum.length; p++) {
            sum[p] += weight * values[p];
        }
    }
}
