package io.github.diffusion4j.docs.bridges;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.samplers.Sampling;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * A network in ONNX Runtime. The run's own array is the tensor that the network reads, and the network writes into one array that the step reads: nothing is copied, and no tensor is made
 * anew. For {@code HostArrays.DIRECT} and for ND4J's CPU backend; one model serves one run at a time, while an {@link OrtSession} serves any number of models.
 *
 * @param <A> the array of the library
 */
public final class OnnxModel<A> implements Sampling.Model<A>, AutoCloseable {

    /** A run has fewer arrays that the network sees. */
    private static final int KEPT = 8;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final Arrays<A> arrays;
    private final String sampleName;
    private final String timestepName;
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> outputs = new HashMap<>();
    /** The tensors over the run's arrays, which come back from step to step. */
    private final Map<A, OnnxTensor> samples = new IdentityHashMap<>();
    private final Timesteps timesteps;
    private final A output;
    private final long[] sampleShape;

    /** Writes the value that the network is conditioned on. */
    private interface Timesteps {
        void write(double timestep);
    }

    /**
     * A network for samples like a given one.
     *
     * @param session the network; its first output is what the step reads
     * @param arrays the library of the run's arrays
     * @param like an array of the samples' type and shape
     * @param others what else the network takes, by name: text embeddings, masks; they stay yours. The input that neither these nor the timestep name is the sample
     * @throws OrtException if ONNX Runtime cannot make the tensors
     */
    public OnnxModel(OrtSession session, Arrays<A> arrays, A like, Map<String, OnnxTensor> others) throws OrtException {
        this.session = session;
        this.arrays = arrays;
        inputs.putAll(others);
        timestepName = session.getInputNames().stream().filter(name -> name.startsWith("timestep") || name.equals("t")).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no input of the network is called timestep or t; it has " + session.getInputNames()));
        sampleName = session.getInputNames().stream().filter(name -> !name.equals(timestepName) && !others.containsKey(name)).reduce((one, other) -> {
            throw new IllegalArgumentException("the network takes " + one + " and " + other + " beside the timestep; say what one of them gets");
        }).orElseThrow(() -> new IllegalArgumentException("the network takes no sample; it has " + session.getInputNames()));
        sampleShape = arrays.shape(like).clone();
        timesteps = timesteps((TensorInfo) session.getInputInfo().get(timestepName).getInfo(), sampleShape[0]);
        String outputName = session.getOutputNames().iterator().next();
        output = arrays.make(arrays.type(like), outputShape((TensorInfo) session.getOutputInfo().get(outputName).getInfo(), sampleShape));
        outputs.put(outputName, tensor(output));
    }

    /** The samples' shape, but where the network says another size: twice the channels if it learned the variance. */
    private static long[] outputShape(TensorInfo info, long... sample) {
        long[] shape = sample.clone();
        for (int axis = 0; axis < shape.length && axis < info.getShape().length; axis++) {
            shape[axis] = info.getShape()[axis] > 0 ? info.getShape()[axis] : shape[axis];
        }
        return shape;
    }

    /** A vector as long as the batch, or a single number, of the type that the network takes. */
    private Timesteps timesteps(TensorInfo wanted, long batch) throws OrtException {
        if (wanted.type != OnnxJavaType.INT64 && wanted.type != OnnxJavaType.FLOAT) {
            throw new IllegalArgumentException("this network takes timesteps of type " + wanted.type + "; export it with float or int64 timesteps");
        }
        long[] shape = wanted.getShape().length == 0 ? new long[0] : new long[] {wanted.getShape()[0] == 1 ? 1 : batch};
        int count = shape.length == 0 ? 1 : (int) shape[0];
        ByteBuffer memory = ByteBuffer.allocateDirect(count * Long.BYTES).order(java.nio.ByteOrder.nativeOrder());
        if (wanted.type == OnnxJavaType.INT64) {
            LongBuffer values = memory.asLongBuffer().limit(count);
            inputs.put(timestepName, OnnxTensor.createTensor(environment, values, shape));
            return timestep -> fill(count, i -> values.put(i, whole(timestep)));
        }
        FloatBuffer values = memory.asFloatBuffer().limit(count);
        inputs.put(timestepName, OnnxTensor.createTensor(environment, values, shape));
        return timestep -> fill(count, i -> values.put(i, (float) timestep));
    }

    private static void fill(int count, java.util.function.IntConsumer put) {
        for (int i = 0; i < count; i++) {
            put.accept(i);
        }
    }

    private static long whole(double timestep) {
        if (timestep != Math.rint(timestep)) {
            throw new IllegalStateException("timestep " + timestep + " is not a whole number, which this network takes; plan with a spacing of timesteps (leading, trailing, linspace)");
        }
        return (long) timestep;
    }

    @Override
    public A predict(ModelInput<A> input) {
        if (!java.util.Arrays.equals(arrays.shape(input.sample()), sampleShape)) {
            throw new IllegalArgumentException("this model is for samples of shape " + java.util.Arrays.toString(sampleShape) + ", got "
                    + java.util.Arrays.toString(arrays.shape(input.sample())));
        }
        try {
            inputs.put(sampleName, pinned(input.sample()));
            timesteps.write(input.timestep());
            session.run(inputs, outputs).close();
            return output;
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime could not evaluate the network at timestep " + input.timestep(), e);
        }
    }

    /** The tensor over an array of the run, made once. */
    private OnnxTensor pinned(A sample) throws OrtException {
        OnnxTensor known = samples.get(sample);
        if (known == null) {
            if (samples.size() == KEPT) {
                forget();
            }
            known = tensor(sample);
            samples.put(sample, known);
        }
        return known;
    }

    /** A tensor over the array's own memory; the array must live as long. */
    OnnxTensor tensor(A array) throws OrtException {
        HostArray memory = arrays.memory(array);
        ElementType type = memory.type();
        return switch (type) {
            case FLOAT -> OnnxTensor.createTensor(environment, direct(memory.floats()), memory.shape());
            case DOUBLE -> OnnxTensor.createTensor(environment, direct(memory.doubles()), memory.shape());
            case HALF -> OnnxTensor.createTensor(environment, direct(memory.halves()), memory.shape(), OnnxJavaType.FLOAT16);
            case BFLOAT16 -> OnnxTensor.createTensor(environment, direct(memory.halves()), memory.shape(), OnnxJavaType.BFLOAT16);
            case INT64 -> OnnxTensor.createTensor(environment, direct(memory.longs()), memory.shape());
        };
    }

    /** ONNX Runtime copies what lies on the heap. */
    private static <B extends Buffer> B direct(B buffer) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("ONNX Runtime reads and writes direct memory in place and copies what lies on the heap; run over HostArrays.DIRECT");
        }
        return buffer;
    }

    /** Runs that are over leave their arrays here. */
    private void forget() {
        samples.values().forEach(OnnxTensor::close);
        samples.clear();
    }

    /** Frees the tensors; the session stays open. */
    @Override
    public void close() {
        inputs.remove(sampleName);
        forget();
        inputs.get(timestepName).close();
        outputs.values().forEach(OnnxTensor::close);
        arrays.close(output);
    }
}
