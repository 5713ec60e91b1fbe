package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * Compares results with recorded ones, relative to the largest expected value, and remembers the worst.
 *
 * @param <A> the array of the library that is compared
 */
final class Comparison<A> {

    private final Arrays<A> arrays;
    private final ElementType type;
    private final long[] shape;
    /** Of all results, so that two libraries can be compared bit by bit. */
    private long digest;
    private double tolerance;
    private double worst;

    Comparison(Arrays<A> arrays, ElementType type, JsonNode shape) {
        this.arrays = arrays;
        this.type = type;
        this.shape = java.util.Arrays.stream(doubles(shape)).mapToLong(d -> (long) d).toArray();
    }

    void allow(double error) {
        tolerance = error;
    }

    Result result() {
        return new Result(worst, digest);
    }

    void check(String what, double expected, double actual) {
        check(what, new double[] {expected}, new double[] {actual});
    }

    void check(String what, double[] expected, double[] actual) {
        if (expected.length != actual.length) {
            throw new IllegalStateException(what + " has " + actual.length + " values, expected " + expected.length);
        }
        digest = 31 * digest + java.util.Arrays.hashCode(actual);
        double largest = java.util.Arrays.stream(expected).map(Math::abs).max().orElse(0);
        double scale = largest == 0 ? 1 : largest;
        double error = IntStream.range(0, expected.length).mapToDouble(i -> Math.abs(expected[i] - actual[i]) / scale).max().orElse(0);
        if (!(error <= tolerance)) {
            throw new GoldenMismatch(type + " " + what, error);
        }
        worst = Math.max(worst, error);
    }

    ElementType type() {
        return type;
    }

    Arrays<A> arrays() {
        return arrays;
    }

    /** An array of the case's shape and type. */
    A array(JsonNode values) {
        return array(doubles(values));
    }

    A array(double[] values) {
        return array(values, shape);
    }

    A array(double[] values, long... other) {
        A array = arrays.make(type, other);
        arrays.onHost(array, true, host -> host.fill(values));
        return array;
    }

    HostArray host(JsonNode values) {
        return host(doubles(values));
    }

    HostArray host(double... values) {
        HostArray array = HostArrays.HEAP.make(type, shape);
        array.fill(values);
        return array;
    }

    long[] shape() {
        return shape.clone();
    }

    double[] values(A array) {
        return arrays.values(array);
    }

    static double[] doubles(JsonNode values) {
        return StreamSupport.stream(values.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
    }
}
