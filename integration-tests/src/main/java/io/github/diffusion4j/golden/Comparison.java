package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Compares results with recorded ones, relative to the largest expected value, and remembers the worst. */
final class Comparison {

    private final DataType type;
    private final long[] shape;
    private double tolerance;
    private double worst;

    Comparison(DataType type, JsonNode shape) {
        this.type = type;
        this.shape = Arrays.stream(doubles(shape)).mapToLong(d -> (long) d).toArray();
    }

    void allow(double error) {
        tolerance = error;
    }

    double worst() {
        return worst;
    }

    void check(String what, double expected, double actual) {
        check(what, new double[] {expected}, new double[] {actual});
    }

    void check(String what, double[] expected, double[] actual) {
        if (expected.length != actual.length) {
            throw new IllegalStateException(what + " has " + actual.length + " values, expected " + expected.length);
        }
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        double scale = largest == 0 ? 1 : largest;
        double error = IntStream.range(0, expected.length).mapToDouble(i -> Math.abs(expected[i] - actual[i]) / scale).max().orElse(0);
        if (!(error <= tolerance)) {
            throw new GoldenMismatch(type + " " + what, error);
        }
        worst = Math.max(worst, error);
    }

    /** An array of the case's shape and type. */
    INDArray array(JsonNode values) {
        return array(doubles(values));
    }

    INDArray array(double[] values) {
        return Nd4j.createFromArray(values).reshape(shape).castTo(type);
    }

    long[] shape() {
        return shape.clone();
    }

    static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    }

    static double[] doubles(JsonNode values) {
        return StreamSupport.stream(values.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
    }
}
