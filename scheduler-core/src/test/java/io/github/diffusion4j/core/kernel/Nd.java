package io.github.diffusion4j.core.kernel;

import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The kernel over ND4J's arrays, in the words of the tests. */
final class Nd {

    private Nd() {}

    static INDArray empty(DataType type, long... shape) {
        return Nd4jArrays.ND4J.make(Nd4jArrays.elementType(type), shape);
    }

    static void fill(INDArray array, double... values) {
        Nd4jArrays.ND4J.onHost(array, true, host -> host.fill(values));
    }

    static Term<INDArray> term(INDArray array, double... weights) {
        return new Term<>(array, weights);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    static void combine(INDArray out, Term<INDArray>... terms) {
        Kernels.combine(Nd4jArrays.ND4J, Rows.SAMPLES, out, false, List.of(terms));
    }

    static ArrayPass<INDArray> pass(int registers) {
        return new ArrayPass<>(Nd4jArrays.ND4J, Rows.SAMPLES, registers);
    }
}
