package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Samples;
import java.io.Serializable;
import java.util.Arrays;
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
     * A mask from an array of ND4J.
     *
     * @param array numbers in [0, 1] of any type, or truth values; copied
     * @return the mask
     * @throws IllegalArgumentException if a value lies outside [0, 1], naming it
     */
    public static Mask of(INDArray array) {
        return of(Nd4jArrays.ND4J.values(array), array.shape());
    }

    /**
     * A mask from values.
     *
     * @param values numbers in [0, 1] in C order; copied
     * @param shape the shape of the mask
     * @return the mask
     * @throws IllegalArgumentException if a value lies outside [0, 1], naming it, or there are not as many as the shape asks for
     */
    public static Mask of(double[] values, long... shape) {
        double[] copy = HostArray.of(values, shape).values();
        for (int i = 0; i < copy.length; i++) {
            if (!(copy[i] >= 0 && copy[i] <= 1)) {
                throw new IllegalArgumentException("a mask holds values in [0, 1], 1 where the data are known, got " + copy[i] + " at position " + i + " of shape "
                        + Arrays.toString(shape) + (copy[i] > 1 ? "; divide a mask of bytes by 255" : ""));
            }
        }
        return new Mask(copy, shape.clone());
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

    /** The mask over all of a sample of a larger shape. */
    HostArray over(long... sample) {
        return HostArray.of(values, shape).spread(sample);
    }

    /** Puts what is known into a sample, in place. */
    <A> void blend(io.github.diffusion4j.core.kernel.Arrays<A> arrays, A sample, A known) {
        arrays.onHost(known, false, from -> arrays.onHost(sample, true, to -> Samples.blend(to, from, over(to.shape()))));
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
