package io.github.diffusion4j.core.kernel;

import java.nio.ByteBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies samples of dense arrays of any type, bytes as they are, in one pass over memory: two views for each sample cost more than the sample. */
final class Gather {

    private Gather() {}

    /** Whether a Java buffer can span the array and what lies before it. */
    static boolean fits(INDArray array) {
        return (array.data().offset() + array.length()) * array.dataType().width() <= Integer.MAX_VALUE;
    }

    /** The bytes of a view are those of the whole array, which start before it. */
    static void rows(INDArray from, INDArray to, int... indices) {
        ByteBuffer source = from.data().asNio();
        ByteBuffer target = to.data().asNio();
        int width = from.dataType().width();
        int start = (int) from.data().offset() * width;
        int length = (int) (from.length() / from.size(0)) * width;
        for (int k = 0; k < indices.length; k++) {
            target.put(k * length, source, start + indices[k] * length, length);
        }
    }
}
