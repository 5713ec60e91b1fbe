package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.kernel.HostArray;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What is done to white noise before data are noised with it. A sample's noise is a function of its own draws and data, so that it does not depend on its neighbours. Networks that were trained
 * with other noise than white are best sampled from that noise.
 */
@FunctionalInterface
public interface NoiseShape extends Serializable {

    /**
     * Changes white noise in place.
     *
     * @param noise independent N(0, 1) numbers, of shape [samples, channels, ...]
     * @param data the clean data of that shape
     * @param draws further random numbers
     */
    void shape(HostArray noise, HostArray data, Draws draws);

    /** Random numbers of a training iteration, as a function of what they are for. */
    interface Draws {

        /**
         * Independent N(0, 1) numbers.
         *
         * @param draw the number of the draw, from 0
         * @param sample the sample, from 0
         * @param count how many
         * @return the numbers
         */
        double[] normals(int draw, int sample, int count);

        /**
         * A uniform number.
         *
         * @param draw the number of the draw, from 0
         * @param sample the sample, from 0
         * @return a number in [0, 1)
         */
        double uniform(int draw, int sample);
    }

    /**
     * Noise as it is.
     *
     * @return the shape
     */
    static NoiseShape white() {
        return new White();
    }

    /**
     * Offset noise: one N(0, c^2) number more for each channel, so that networks learn to change the mean brightness (Guttenberg, "Diffusion with Offset Noise", 2023). An element has
     * the variance {@code 1 + c^2}, the mean of n elements {@code 1/n + c^2}.
     *
     * @param strength c, at least 0; 0.1 usually
     * @return the shape
     */
    static NoiseShape offset(double strength) {
        return new Offset(strength, 0);
    }

    /**
     * Offset noise whose strength follows the brightness of the data, {@code max(0, c + k |mean of the channel|)}.
     *
     * @param strength c
     * @param adaptive k
     * @return the shape
     */
    static NoiseShape offset(double strength, double adaptive) {
        return new Offset(strength, adaptive);
    }

    /**
     * Pyramid noise (Whitaker, "Multi-resolution noise", 2023): noise of lower and lower resolution is added, each enlarged linearly, and each sample is divided by its standard deviation.
     * Level i has the size of the picture divided by {@code r^i}, r uniform in [2, 4), and the weight {@code discount^i}.
     *
     * @param discount the weight of a level against the one before, above 0; 0.3 to 0.4 usually, 0.9 in the original
     * @param levels the most levels, at least 1; 6 to 10 usually
     * @return the shape
     */
    static NoiseShape pyramid(double discount, int levels) {
        return new Pyramid(discount, levels, false);
    }

    /** As it is. */
    record White() implements NoiseShape {
        @Override
        public void shape(HostArray noise, HostArray data, Draws draws) {
            // white already
        }
    }

    /**
     * One number more for each channel.
     *
     * @param strength c
     * @param adaptive k
     */
    record Offset(double strength, double adaptive) implements NoiseShape {

        /** Checks the numbers. */
        public Offset {
            if (!(Double.isFinite(strength) && Double.isFinite(adaptive)) || strength < 0 && adaptive <= 0) {
                throw new IllegalArgumentException("offset noise needs a finite strength of at least 0, got " + strength + ", adaptive " + adaptive);
            }
        }

        @Override
        public void shape(HostArray noise, HostArray data, Draws draws) {
            int channels = channels(noise);
            double[] values = noise.values();
            double[] clean = adaptive == 0 ? values : data.values();
            int area = values.length / (noise.samples() * channels);
            for (int sample = 0; sample < noise.samples(); sample++) {
                double[] offsets = draws.normals(0, sample, channels);
                for (int c = 0; c < channels; c++) {
                    int from = (sample * channels + c) * area;
                    double mean = adaptive == 0 ? 0 : Math.abs(Arrays.stream(clean, from, from + area).sum() / area);
                    double offset = Math.max(0, strength + adaptive * mean) * offsets[c];
                    for (int i = from; i < from + area; i++) {
                        values[i] += offset;
                    }
                }
            }
            noise.fill(values);
        }
    }

    /**
     * Noise of several resolutions.
     *
     * @param discount the weight of a level against the one before
     * @param levels the most levels
     * @param ofBatch whether all samples are divided by the standard deviation of the whole batch, as trainers do, rather than each by its own
     */
    record Pyramid(double discount, int levels, boolean ofBatch) implements NoiseShape {

        private static final int AXES = 4;

        /** Checks the numbers. */
        public Pyramid {
            if (!(discount > 0 && Double.isFinite(discount)) || levels < 1) {
                throw new IllegalArgumentException("pyramid noise needs a positive discount and at least one level, got " + discount + " and " + levels);
            }
        }

        @Override
        public void shape(HostArray noise, HostArray data, Draws draws) {
            int channels = channels(noise);
            if (noise.rank() != AXES) {
                throw new IllegalArgumentException("pyramid noise is of pictures [samples, channels, height, width], got " + noise);
            }
            int height = (int) noise.size(2);
            int width = (int) noise.size(3);
            double[] values = noise.values();
            int length = channels * height * width;
            for (int sample = 0; sample < noise.samples(); sample++) {
                for (int level = 0; level < levels; level++) {
                    double shrink = Math.pow(2 + 2 * draws.uniform(level, sample), level);
                    int h = Math.max(1, (int) (height / shrink));
                    int w = Math.max(1, (int) (width / shrink));
                    double[] small = draws.normals(level, sample, channels * h * w);
                    for (int c = 0; c < channels; c++) {
                        addEnlarged(small, c * h * w, h, w, values, sample * length + c * height * width, height, width, Math.pow(discount, level));
                    }
                    if (h == 1 || w == 1) {
                        break;
                    }
                }
            }
            int whole = ofBatch ? values.length : length;
            for (int from = 0; from < values.length; from += whole) {
                divideByDeviation(values, from, from + whole);
            }
            noise.fill(values);
        }

        /** Bilinear, with half-pixel centres and the edge repeated. */
        private static void addEnlarged(double[] small, int from, int h, int w, double[] out, int to, int height, int width, double weight) {
            for (int y = 0; y < height; y++) {
                double sourceY = Math.max(0, (y + 0.5) * h / height - 0.5);
                int y0 = (int) sourceY;
                int y1 = Math.min(h - 1, y0 + 1);
                for (int x = 0; x < width; x++) {
                    double sourceX = Math.max(0, (x + 0.5) * w / width - 0.5);
                    int x0 = (int) sourceX;
                    int x1 = Math.min(w - 1, x0 + 1);
                    double upper = mix(small[from + y0 * w + x0], small[from + y0 * w + x1], sourceX - x0);
                    double lower = mix(small[from + y1 * w + x0], small[from + y1 * w + x1], sourceX - x0);
                    out[to + y * width + x] += weight * mix(upper, lower, sourceY - y0);
                }
            }
        }

        private static double mix(double one, double other, double share) {
            return (1 - share) * one + share * other;
        }

        private static void divideByDeviation(double[] values, int from, int to) {
            double mean = Arrays.stream(values, from, to).sum() / (to - from);
            double squares = Arrays.stream(values, from, to).map(v -> (v - mean) * (v - mean)).sum();
            double deviation = Math.sqrt(squares / (to - from - 1));
            for (int i = from; i < to; i++) {
                values[i] /= deviation;
            }
        }
    }

    private static int channels(HostArray noise) {
        if (noise.rank() < 2) {
            throw new IllegalArgumentException("offset and pyramid noise are of arrays [samples, channels, ...], got " + noise);
        }
        return (int) noise.size(1);
    }
}
