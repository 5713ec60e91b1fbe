package io.github.diffusion4j.core.kernel;

import java.nio.ByteBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies samples of dense arrays of any type, bytes as they are, in one pass over memory: two views for each sample cost more than the sample. */
final class Gather {

    private Gather() {}

    static void rows(INDArray from, INDArray to, int... indices) {
        ByteBuffer source = from.data().asNio();
        ByteBuffer target = to.data().asNio();
        int length = (int) (from.length() / from.size(0)) * from.dataType().width();
        for (int k = 0; k < indices.length; k++) {
            target.put(target.position() + k * length, source, source.position() + indices[k] * length, length);
        }
    }
}
