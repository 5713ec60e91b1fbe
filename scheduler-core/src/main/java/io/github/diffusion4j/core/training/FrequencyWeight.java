package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.kernel.HostArray;
import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * A squared error whose low frequencies count more (k-diffusion): the error's cosine transform over the axes after the channels is squared and weighted by
 * <pre>
 *   min over axes of min(scales, -log2 f),   f = 1 / (2 n) .. 1/2 in n equal steps along an axis of size n
 * </pre>
 * The transform (DCT-II) keeps lengths, so with 1 scale this is the mean squared error.
 *
 * @param scales how many octaves count one more each, at least 1, perhaps infinite
 */
public record FrequencyWeight(double scales) implements Serializable {

    /** Samples and channels. */
    private static final int LEAD = 2;

    /** Checks the scales. */
    public FrequencyWeight {
        if (!(scales >= 1)) {
            throw new IllegalArgumentException("the number of scales must be at least 1, where all frequencies count the same, got " + scales);
        }
    }

    /**
     * The weighted mean square of the errors of each sample.
     *
     * @param errors output less target, of shape [samples, channels, ...] with at least one axis more
     * @return for each sample its loss
     */
    public double[] loss(HostArray errors) {
        if (errors.rank() <= LEAD) {
            throw new IllegalArgumentException("frequencies are those of arrays [samples, channels, ...] with at least one axis more, got " + errors);
        }
        double[] values = errors.values();
        double[] weights = new double[values.length];
        java.util.Arrays.fill(weights, scales);
        int stride = 1;
        for (int axis = errors.rank() - 1; axis >= LEAD; axis--) {
            int size = (int) errors.size(axis);
            transform(values, size, stride);
            limit(weights, size, stride);
            stride *= size;
        }
        int length = values.length / errors.samples();
        return IntStream.range(0, errors.samples())
                .mapToDouble(sample -> IntStream.range(sample * length, (sample + 1) * length).mapToDouble(i -> weights[i] * values[i] * values[i]).sum() / length).toArray();
    }

    private static void limit(double[] weights, int size, int stride) {
        for (int i = 0; i < weights.length; i++) {
            int k = i / stride % size;
            double frequency = size == 1 ? 0.5 : 0.5 / size + k * (0.5 - 0.5 / size) / (size - 1);
            weights[i] = Math.min(weights[i], -Math.log(frequency) / Math.log(2));
        }
    }

    /** The orthonormal DCT-II along one axis, in place. */
    private static void transform(double[] values, int size, int stride) {
        double[] line = new double[size];
        for (int block = 0; block < values.length; block += size * stride) {
            for (int from = block; from < block + stride; from++) {
                for (int k = 0; k < size; k++) {
                    double sum = 0;
                    for (int j = 0; j < size; j++) {
                        sum += values[from + j * stride] * Math.cos(Math.PI * k * (2 * j + 1) / (2 * size));
                    }
                    line[k] = sum * Math.sqrt((k == 0 ? 1.0 : 2.0) / size);
                }
                for (int k = 0; k < size; k++) {
                    values[from + k * stride] = line[k];
                }
            }
        }
    }
}
