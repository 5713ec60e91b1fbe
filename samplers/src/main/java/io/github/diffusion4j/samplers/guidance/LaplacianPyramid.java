package io.github.diffusion4j.samplers.guidance;

import java.util.ArrayList;
import java.util.List;

/**
 * The frequency bands of a plane of values, from fine to coarse (Burt and Adelson, 1983): each is what blurring and halving loses, the last one what is left. The blur is binomial,
 * (1, 4, 6, 4, 1) / 16 along both axes with a reflected border; sizes are halved, rounding down, and restored bilinearly with half-pixel centres. Every size has a pyramid, and the bands
 * add up to the plane.
 */
record LaplacianPyramid(List<Band> bands) {

    private static final double[] KERNEL = {1.0 / 16, 4.0 / 16, 6.0 / 16, 4.0 / 16, 1.0 / 16};
    private static final int REACH = KERNEL.length / 2;

    /** Values of a size. */
    record Band(double[] values, int height, int width) {

        private Band blurred() {
            return along(true, KERNEL).along(false, KERNEL);
        }

        private Band along(boolean rows, double... kernel) {
            double[] out = new double[values.length];
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    for (int k = -REACH; k <= REACH; k++) {
                        int from = rows ? i * width + reflected(j + k, width) : reflected(i + k, height) * width + j;
                        out[i * width + j] += kernel[k + REACH] * values[from];
                    }
                }
            }
            return new Band(out, height, width);
        }

        /** An index beyond the border, mirrored at the value on it. */
        private static int reflected(int index, int size) {
            if (size == 1) {
                return 0;
            }
            int period = 2 * (size - 1);
            int within = Math.floorMod(index, period);
            return within < size ? within : period - within;
        }

        /** Another size by bilinear interpolation between the centres of the values. */
        Band resized(int newHeight, int newWidth) {
            double[] out = new double[newHeight * newWidth];
            for (int i = 0; i < newHeight; i++) {
                double y = clamped((i + 0.5) * height / newHeight - 0.5, height);
                for (int j = 0; j < newWidth; j++) {
                    double x = clamped((j + 0.5) * width / newWidth - 0.5, width);
                    out[i * newWidth + j] = at(y, x);
                }
            }
            return new Band(out, newHeight, newWidth);
        }

        private static double clamped(double position, int size) {
            return Math.max(0, Math.min(size - 1, position));
        }

        private double at(double y, double x) {
            int top = (int) y;
            int left = (int) x;
            int bottom = Math.min(top + 1, height - 1);
            int right = Math.min(left + 1, width - 1);
            double v = y - top;
            double u = x - left;
            return (1 - v) * ((1 - u) * values[top * width + left] + u * values[top * width + right]) + v * ((1 - u) * values[bottom * width + left] + u * values[bottom * width + right]);
        }

        /** The next coarser size of the same picture. */
        private Band halved() {
            return blurred().resized(Math.max(1, height / 2), Math.max(1, width / 2));
        }

        /** The picture at the size of a finer band. */
        private Band restored(Band finer) {
            return resized(finer.height, finer.width).blurred();
        }

        private Band plus(double weight, Band other) {
            double[] sum = new double[values.length];
            java.util.Arrays.setAll(sum, i -> values[i] + weight * other.values[i]);
            return new Band(sum, height, width);
        }
    }

    static LaplacianPyramid of(double[] values, int height, int width, int levels) {
        List<Band> bands = new ArrayList<>();
        Band rest = new Band(values, height, width);
        for (int level = 1; level < levels; level++) {
            Band coarser = rest.halved();
            bands.add(rest.plus(-1, coarser.restored(rest)));
            rest = coarser;
        }
        bands.add(rest);
        return new LaplacianPyramid(bands);
    }

    /** The plane whose bands these are. */
    double[] collapsed() {
        Band sum = bands.get(bands.size() - 1);
        for (int level = bands.size() - 2; level >= 0; level--) {
            sum = sum.restored(bands.get(level)).plus(1, bands.get(level));
        }
        return sum.values();
    }
}
