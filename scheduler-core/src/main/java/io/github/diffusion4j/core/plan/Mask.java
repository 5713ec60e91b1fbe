package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Samples;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How much of each position of a sample is known: 1 where it is, 0 where it is made, values between blend. Immutable.
 *
 * <p>A mask of {@code [1, 1, H, W]} or {@code [H, W]} holds for all samples and channels: shapes are aligned at their last axis, and each axis has the sample's size, or 1, or is missing
 * in front.
 */
public final class Mask implements Serializable {

    private static final long serialVersionUID = 1;

    private final double[] values;
    private final long[] shape;

    /** A mask for each evaluation of a run. */
    @FunctionalInterface
    public interface Schedule extends Serializable {

        /**
         * The mask of what is known after an evaluation.
         *
         * @param plan the run
         * @param evaluation the evaluation, from 0
         * @return the mask
         */
        Mask at(Plan plan, int evaluation);
    }

    private Mask(double[] values, long... shape) {
        this.values = values;
        this.shape = shape;
    }

    /**
     * A mask.
     *
     * @param array numbers in [0, 1] of any type, or truth values; copied
     * @return the mask
     * @throws IllegalArgumentException if a value lies outside [0, 1], naming it
     */
    public static Mask of(INDArray array) {
        double[] values = Kernels.values(array);
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= 0 && values[i] <= 1)) {
                throw new IllegalArgumentException("a mask holds values in [0, 1], 1 where the data are known, got " + values[i] + " at position " + i + " of shape "
                        + Arrays.toString(array.shape()) + (values[i] > 1 ? "; divide a mask of bytes by 255" : ""));
            }
        }
        return new Mask(values, array.shape().clone());
    }

    /**
     * Where this mask is above a threshold.
     *
     * @param threshold the threshold
     * @return a mask of 1 where it is, and 0 elsewhere
     */
    public Mask above(double threshold) {
        return new Mask(Arrays.stream(values).map(value -> value > threshold ? 1 : 0).toArray(), shape);
    }

    /** Refuses a sample that the mask does not spread over. */
    void checkFits(INDArray sample) {
        long[] size = sample.shape();
        int lead = size.length - shape.length;
        if (lead < 0 || !IntStream.range(0, shape.length).allMatch(axis -> shape[axis] == 1 || shape[axis] == size[lead + axis])) {
            throw new IllegalArgumentException("a mask of shape " + Arrays.toString(shape) + " does not fit samples of shape " + Arrays.toString(size)
                    + "; aligned at the last axis, each of its sizes must be the sample's or 1");
        }
    }

    /** Puts what is known into a sample, in place. */
    void blend(INDArray sample, INDArray known) {
        Samples.blend(sample, known, values, shape);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Mask mask && Arrays.equals(values, mask.values) && Arrays.equals(shape, mask.shape);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(values) + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return "Mask" + Arrays.toString(shape);
    }
}
