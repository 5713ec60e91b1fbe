package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Weighted;
import java.util.HashSet;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ND4J's arrays as they are where Java cannot reach their memory: all by operations and copies. It counts what it made and what was closed. */
final class HiddenArrays implements Arrays<INDArray> {

    private final Set<Long> open = new HashSet<>();
    private int left = -1;

    /** Fails the call after so many that make or write arrays; never if below 0. */
    void failAfter(int calls) {
        left = calls;
    }

    private void call() {
        if (left-- == 0) {
            throw new IllegalStateException("no operation today");
        }
    }

    @Override
    public ElementType type(INDArray array) {
        return Nd4jArrays.ND4J.type(array);
    }

    @Override
    public long[] shape(INDArray array) {
        return array.shape();
    }

    @Override
    public boolean isClosed(INDArray array) {
        return array.wasClosed();
    }

    @Override
    public INDArray make(ElementType type, long... shape) {
        call();
        return opened(Nd4jArrays.ND4J.make(type, shape));
    }

    private INDArray opened(INDArray array) {
        open.add(array.getId());
        return array;
    }

    /** How many arrays were made and not closed. */
    int open() {
        return open.size();
    }

    @Override
    public void close(INDArray array) {
        open.remove(array.getId());
        array.close();
    }

    @Override
    public INDArray part(INDArray array, int axis, long from, long to) {
        return Nd4jArrays.ND4J.part(array, axis, from, to);
    }

    @Override
    public HostArray memory(INDArray array) {
        Nd4jArrays.ND4J.memory(array);
        return null;
    }

    @Override
    public void fetch(INDArray from, HostArray to) {
        Nd4jArrays.ND4J.fetch(from, to);
    }

    @Override
    public void store(HostArray from, INDArray to) {
        call();
        Nd4jArrays.ND4J.store(from, to);
    }

    @Override
    public INDArray combine(Weighted<INDArray> combination, long... shape) {
        call();
        return opened(Nd4jArrays.ND4J.combine(combination, shape));
    }
}
