package io.github.diffusion4j.docs.bridges;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.samplers.Sampling;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network in ONNX Runtime. It reads the sample where ND4J keeps it and writes into one array of ND4J's: nothing is copied. For ND4J's CPU backend; one
 * model serves one run at a time, while an {@link OrtSession} serves any number of models.
 */
final class OnnxModel implements Sampling.Model, AutoCloseable {

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final INDArray output;
    private final OnnxTensor outputTensor;

    /** A network with the inputs {@code sample} and {@code timesteps} and the output {@code output}, for samples like the given one. */
    OnnxModel(OrtSession session, INDArray like) throws OrtException {
        this.session = session;
        output = Nd4j.create(like.dataType(), like.shape());
        outputTensor = tensor(output);
    }

    @Override
    public INDArray predict(ModelInput input) {
        if (!Arrays.equals(input.sample().shape(), output.shape())) {
            throw new IllegalArgumentException("this model is for samples of shape " + Arrays.toString(output.shape()) + ", got " + Arrays.toString(input.sample().shape()));
        }
        try (INDArray times = input.timesteps();
                OnnxTensor sample = tensor(input.sample());
                OnnxTensor timesteps = tensor(times)) {
            session.run(Map.of("sample", sample, "timesteps", timesteps), Map.of("output", outputTensor)).close();
            return output;
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime could not evaluate the network at timestep " + input.timestep(), e);
        }
    }

    /** A tensor over the array's own memory; the array must live as long. */
    OnnxTensor tensor(INDArray array) throws OrtException {
        if (array.ordering() != 'c' || !Shape.hasDefaultStridesForShape(array)) {
            throw new IllegalArgumentException("ONNX Runtime reads memory in C order without gaps, but this array has shape " + Arrays.toString(array.shape())
                    + " and strides " + Arrays.toString(array.stride()) + "; give it array.dup('c')");
        }
        OnnxJavaType type = switch (array.dataType()) {
            case FLOAT -> OnnxJavaType.FLOAT;
            case DOUBLE -> OnnxJavaType.DOUBLE;
            case HALF -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
            default -> throw new IllegalArgumentException("a network takes floating point numbers, this array is of type " + array.dataType());
        };
        ByteBuffer memory = array.data().pointer().asByteBuffer().order(ByteOrder.nativeOrder());
        int width = array.dataType().width();
        int from = Math.toIntExact(array.offset() * width);
        memory.limit(from + Math.toIntExact(array.length() * width)).position(from);
        return OnnxTensor.createTensor(environment, memory, array.shape(), type);
    }

    @Override
    public void close() {
        outputTensor.close();
        output.close();
    }
}
