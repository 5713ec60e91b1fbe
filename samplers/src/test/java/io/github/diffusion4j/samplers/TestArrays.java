package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Arrays that tests run on. */
final class TestArrays {

    private TestArrays() {}

    /** A DOUBLE array of normal numbers; another number gives another array. */
    static INDArray normal(int number, long... shape) {
        return CounterNoise.of(number).draw(NoiseRequest.start(), DataType.DOUBLE, shape);
    }

    /** The values of a DOUBLE array in C order. */
    static double[] values(INDArray array) {
        return array.dup('c').data().asDouble();
    }
}
