package io.github.diffusion4j.docs.digits;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.laws.DigitsFile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Handwritten digits of 8x8 pixels, scaled to [-1, 1].
 *
 * @param images of shape [n, 1, 8, 8], FLOAT
 * @param labels the digits
 */
record Digits(INDArray images, int[] labels) {

    static final int SIDE = 8;
    static final int CLASSES = 10;
    private static final int PIXELS = DigitsFile.PIXELS;
    private static final float HALF_RANGE = 8;

    /** All 1,797 digits in an order chosen by the seed. */
    static Digits load(long seed) {
        List<int[]> rows = DigitsFile.rows();
        int[] order = new CounterUniform(seed).permutation(0, rows.size());
        float[] pixels = new float[rows.size() * PIXELS];
        int[] labels = new int[rows.size()];
        for (int row = 0; row < labels.length; row++) {
            int[] values = rows.get(order[row]);
            for (int i = 0; i < PIXELS; i++) {
                pixels[row * PIXELS + i] = values[i] / HALF_RANGE - 1;
            }
            labels[row] = values[PIXELS];
        }
        return new Digits(Nd4j.createFromArray(pixels).reshape(labels.length, 1, SIDE, SIDE), labels);
    }

    /** The digits as ND4J's data set: images and one-hot labels. */
    DataSet dataSet() {
        return new DataSet(images, oneHot(labels));
    }

    /** One row of ten zeros and ones for each digit. */
    static INDArray oneHot(int... digits) {
        INDArray rows = Nd4j.zeros(DataType.FLOAT, digits.length, CLASSES);
        for (int i = 0; i < digits.length; i++) {
            rows.putScalar(i, digits[i], 1);
        }
        return rows;
    }

    int size() {
        return labels.length;
    }

    /** The digits from one place to another. */
    Digits range(int from, int to) {
        int[] rows = IntStream.range(from, to).toArray();
        return new Digits(Nd4jArrays.ND4J.samples(images, rows), Arrays.copyOfRange(labels, from, to));
    }
}
