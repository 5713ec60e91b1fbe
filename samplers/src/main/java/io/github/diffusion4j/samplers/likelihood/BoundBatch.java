package io.github.diffusion4j.samplers.likelihood;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The values of a batch on the host, in double: what a bound is computed from.
 *
 * @param timesteps one for each sample
 * @param sample the noised samples
 * @param output the network's output without its variance channels
 * @param variances the variance channels, empty where there are none
 * @param shape the shape of the sample
 */
record BoundBatch(int[] timesteps, double[] sample, double[] output, double[] variances, long... shape) {

    /** A number for each value, of its sample's timestep and its place. */
    @FunctionalInterface
    interface Value {
        double at(int timestep, int place);
    }

    static <A> BoundBatch of(Arrays<A> arrays, VariationalBound bound, A sample, A output, int... timesteps) {
        long[] shape = arrays.shape(sample).clone();
        boolean learned = bound.variance().learned();
        if (learned && shape.length < 2) {
            throw new IllegalArgumentException("a learned variance needs samples with channels along their second axis, got " + described(shape));
        }
        long[] wanted = shape.clone();
        if (learned) {
            wanted[1] *= 2;
        }
        if (!java.util.Arrays.equals(wanted, arrays.shape(output))) {
            throw new IllegalArgumentException("for samples of shape " + described(shape) + " and variance " + bound.variance() + " the network returns " + described(wanted) + ", got "
                    + described(arrays.shape(output)));
        }
        return new BoundBatch(each(timesteps, shape.length == 0 ? 1 : (int) shape[0], bound.schedule().size()), arrays.values(sample),
                learned ? half(arrays, output, 0, shape[1]) : arrays.values(output), learned ? half(arrays, output, shape[1], 2 * shape[1]) : new double[0], shape);
    }

    /** A batch of data alone, all at one timestep. */
    static BoundBatch of(int timestep, double[] data, long... shape) {
        int rows = shape.length == 0 ? 1 : (int) shape[0];
        return new BoundBatch(IntStream.range(0, rows).map(row -> timestep).toArray(), data, data, new double[0], shape);
    }

    private static int[] each(int[] timesteps, int rows, int size) {
        if (timesteps.length != 1 && timesteps.length != rows) {
            throw new IllegalArgumentException("give one timestep, or one for each of the " + rows + " samples, got " + timesteps.length);
        }
        for (int t : timesteps) {
            if (t < 0 || t >= size) {
                throw new IllegalArgumentException("timestep " + t + " is out of range; this table has timesteps 0 to " + (size - 1));
            }
        }
        return IntStream.range(0, rows).map(row -> timesteps[timesteps.length == 1 ? 0 : row]).toArray();
    }

    private static <A> double[] half(Arrays<A> arrays, A output, long from, long to) {
        A part = arrays.part(output, 1, from, to);
        try {
            return arrays.values(part);
        } finally {
            arrays.release(part);
        }
    }

    private static String described(long... shape) {
        return java.util.Arrays.toString(shape);
    }

    /** The values of another array of the sample's shape. */
    <A> double[] checked(Arrays<A> arrays, A array, String name) {
        if (!java.util.Arrays.equals(shape, arrays.shape(array))) {
            throw new IllegalArgumentException(name + " must have the sample's shape " + described(shape) + ", got " + described(arrays.shape(array)));
        }
        return arrays.values(array);
    }

    int rows() {
        return timesteps.length;
    }

    /** The values of a sample. */
    int length() {
        return sample.length / rows();
    }

    double variance(int place) {
        return variances.length == 0 ? 0 : variances[place];
    }

    /** An array of the sample's shape, value by value. */
    HostArray make(Value value) {
        double[] values = new double[sample.length];
        for (int row = 0; row < rows(); row++) {
            for (int i = row * length(); i < (row + 1) * length(); i++) {
                values[i] = value.at(timesteps[row], i);
            }
        }
        HostArray array = HostArrays.HEAP.make(ElementType.DOUBLE, shape);
        array.fill(values);
        return array;
    }

    /** The mean over the values of each sample. */
    double[] means(Value value) {
        ToDoubleFunction<Integer> mean = row -> {
            double sum = 0;
            for (int i = row * length(); i < (row + 1) * length(); i++) {
                sum += value.at(timesteps[row], i);
            }
            return sum / length();
        };
        return IntStream.range(0, rows()).boxed().mapToDouble(mean).toArray();
    }

    /** The network's output less some change of its two halves, as an array of its own. */
    <A> A without(Arrays<A> arrays, A whole, double[] change, double[] changeOfVariance) {
        A result = arrays.make(arrays.type(whole), arrays.shape(whole));
        boolean learned = changeOfVariance.length > 0;
        int length = length();
        double[] values = new double[learned ? 2 * sample.length : sample.length];
        for (int i = 0; i < sample.length; i++) {
            int place = learned ? i + i / length * length : i;
            values[place] = output[i] - change[i];
            if (learned) {
                values[place + length] = variances[i] - changeOfVariance[i];
            }
        }
        arrays.onHost(result, true, host -> host.fill(values));
        return result;
    }
}
