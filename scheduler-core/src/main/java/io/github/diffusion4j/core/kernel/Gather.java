package io.github.diffusion4j.core.kernel;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies samples of dense arrays of any type, bytes as they are, in one pass over memory: two views for each sample cost more than the sample. */
final class Gather {

    private Gather() {}

    static void rows(INDArray from, INDArray to, int... indices) {
        ByteBuffer source = Memory.bytes(from);
        ByteBuffer target = Memory.bytes(to);
        int length = (int) (from.length() / from.size(0)) * from.dataType().width();
        for (int k = 0; k < indices.length; k++) {
            target.put(k * length, source, indices[k] * length, length);
        }
        Reference.reachabilityFence(from);
    }
}
