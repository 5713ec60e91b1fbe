package io.github.diffusion4j.docs.emoji;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.docs.bridges.OnnxModel;
import io.github.diffusion4j.samplers.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** The network of a model folder, which takes a sample and a timestep alone. */
record OnnxFolder(OrtSession session, Path file, long... shape) implements AutoCloseable {

    private static final List<String> NETWORKS = List.of("unet/model.onnx", "transformer/model.onnx", "model.onnx");

    static OnnxFolder open(Path model, List<Long> shape) throws IOException {
        Path file = NETWORKS.stream().map(model::resolve).filter(Files::exists).findFirst().orElseThrow(() -> new IllegalArgumentException(model + " has none of " + NETWORKS));
        try {
            return new OnnxFolder(OrtEnvironment.getEnvironment().createSession(file.toString(), new OrtSession.SessionOptions()), file,
                    LongStream.concat(LongStream.of(1), shape.stream().mapToLong(size -> size)).toArray());
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime does not take " + file + ": " + e.getMessage(), e);
        }
    }

    Sampling.Model<HostArray> network() {
        try {
            return new OnnxModel<>(session, HostArrays.DIRECT, HostArrays.DIRECT.make(ElementType.FLOAT, shape), Map.of());
        } catch (OrtException e) {
            throw new IllegalArgumentException("ONNX Runtime does not take " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        Resources.close(session);
    }
}
