package io.github.diffusion4j.docs.bridges;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.samplers.Sampling;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.BinaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network in PyTorch, through DJL, on the CPU. PyTorch reads the sample where ND4J keeps it; its output is copied twice, because DJL hands memory out as a copy.
 * What a call creates is freed when it returns.
 */
final class TorchModel implements Sampling.Model<INDArray>, AutoCloseable {

    private final NDManager manager;
    private final BinaryOperator<NDArray> network;
    private final INDArray output;

    /** A network of sample and timesteps, for samples like the given one, which are of type FLOAT. */
    TorchModel(NDManager manager, BinaryOperator<NDArray> network, INDArray like) {
        this.manager = manager;
        this.network = network;
        output = Nd4j.create(like.dataType(), like.shape());
        memory(output);
    }

    @Override
    public INDArray predict(ModelInput<INDArray> input) {
        try (NDManager call = manager.newSubManager(); INDArray times = input.timesteps()) {
            NDArray sample = share(call, input.sample());
            NDArray timesteps = share(call, times);
            NDArray result = network.apply(sample, timesteps);
            result.attach(call);
            if (!Arrays.equals(result.getShape().getShape(), output.shape())) {
                throw new IllegalArgumentException("the network's output must have the shape of the samples, " + Arrays.toString(output.shape()) + ", got " + result.getShape());
            }
            memory(output).put(result.toByteBuffer());
            return output;
        }
    }

    /** An NDArray over the array's own memory; the array must live as long. */
    static NDArray share(NDManager manager, INDArray array) {
        return manager.create(memory(array), new Shape(array.shape()), DataType.FLOAT32);
    }

    private static ByteBuffer memory(INDArray array) {
        if (array.ordering() != 'c' || !org.nd4j.linalg.api.shape.Shape.hasDefaultStridesForShape(array)) {
            throw new IllegalArgumentException("PyTorch is given memory in C order without gaps, but this array has shape " + Arrays.toString(array.shape())
                    + " and strides " + Arrays.toString(array.stride()) + "; give it array.dup('c')");
        }
        if (array.dataType() != org.nd4j.linalg.api.buffer.DataType.FLOAT) {
            throw new IllegalArgumentException("this model takes arrays of type FLOAT, got " + array.dataType());
        }
        ByteBuffer all = array.data().pointer().asByteBuffer();
        return all.slice(Math.toIntExact(array.offset() * Float.BYTES), Math.toIntExact(array.length() * Float.BYTES)).order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        output.close();
    }
}
