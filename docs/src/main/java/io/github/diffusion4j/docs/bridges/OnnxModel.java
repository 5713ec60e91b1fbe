package io.github.diffusion4j.docs.bridges;

import ai.onnxruntime.NodeInfo;
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
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A network in ONNX Runtime. The run's own array is the tensor that the network reads, and the network writes into one array that the step reads: nothing is copied, and no tensor is made
 * anew. For {@code HostArrays.DIRECT} and for ND4J's CPU backend; one model serves one run at a time, while an {@link OrtSession} serves any number of models.
 *
 * @param <A> the array of the library
 */
public final class OnnxModel<A> implements Sampling.Model<A>, AutoCloseable {

    /** A run has fewer arrays that the network sees. */
    private static final int KEPT = 8;
    private static final Set<OnnxJavaType> TIMES = EnumSet.of(OnnxJavaType.INT64, OnnxJavaType.INT32, OnnxJavaType.FLOAT, OnnxJavaType.DOUBLE);

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final Names names;
    private final Arrays<A> arrays;
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> outputs = new HashMap<>();
    /** The tensors over the run's arrays, which come back from step to step. */
    private final Map<A, OnnxTensor> samples = new IdentityHashMap<>();
    /** The timestep's tensor: one number, or one for each sample. */
    private final ByteBuffer times;
    private final OnnxJavaType timeType;
    private final A output;
    private final long[] sampleShape;

    /**
     * What a network calls what a run gives and takes.
     *
     * @param sample the input that gets the sample
     * @param timestep the input that gets the timestep
     * @param output the output that the step reads
     */
    public record Names(String sample, String timestep, String output) {

        /**
         * The names that types and shapes leave: the sample and the output have those of the run's samples, the timestep is a number or a vector.
         *
         * @param session the network
         * @param type the samples' type
         * @param shape the samples' shape
         * @param others the inputs that get something else
         * @return the names
         * @throws IllegalArgumentException if none fit or several do, with what the network takes and gives
         * @throws OrtException if ONNX Runtime cannot tell
         */
        public static Names of(OrtSession session, ElementType type, long[] shape, Set<String> others) throws OrtException {
            List<Names> fitting = new ArrayList<>();
            List<String> left = session.getInputNames().stream().filter(name -> !others.contains(name)).toList();
            for (String sample : left) {
                for (String timestep : left) {
                    for (String output : session.getOutputNames()) {
                        Names names = new Names(sample, timestep, output);
                        if (left.size() == 2 && !sample.equals(timestep) && names.fit(session, onnx(type), shape)) {
                            fitting.add(names);
                        }
                    }
                }
            }
            if (fitting.size() != 1 || !session.getInputNames().containsAll(others)) {
                throw new IllegalArgumentException("which of the network's inputs are sample and timestep, and which output the step reads, is not clear: the samples are " + type + " "
                        + java.util.Arrays.toString(shape) + ", further inputs " + new TreeSet<>(others) + ", and " + (fitting.isEmpty() ? "nothing fits" : "several fit: " + fitting)
                        + ". The network takes " + told(session.getInputInfo()) + " and gives " + told(session.getOutputInfo())
                        + ". Give a tensor for each input beside sample and timestep, or say which is which: new OnnxModel.Names(sample, timestep, output)");
            }
            return fitting.get(0);
        }

        private boolean fit(OrtSession session, OnnxJavaType type, long... shape) throws OrtException {
            return session.getInputInfo().get(sample).getInfo() instanceof TensorInfo x && x.type == type && fit(x.getShape(), 1, shape)
                    && session.getInputInfo().get(timestep).getInfo() instanceof TensorInfo t && TIMES.contains(t.type)
                    && (t.getShape().length == 0 || fit(t.getShape(), 1, shape[0]) || fit(t.getShape(), 1, 1))
                    && session.getOutputInfo().get(output).getInfo() instanceof TensorInfo y && y.type == type && (fit(y.getShape(), 1, shape) || fit(y.getShape(), 2, shape));
        }

        /** Whether sizes are free or those of the samples, but for so many times the channels: twice if the network learned the variance. */
        private static boolean fit(long[] sizes, int channels, long... shape) {
            return sizes.length == shape.length && IntStream.range(0, shape.length).allMatch(axis -> sizes[axis] <= 0 || sizes[axis] == shape[axis] * (axis == 1 ? channels : 1));
        }

        private static String told(Map<String, NodeInfo> nodes) {
            return nodes.values().stream().map(node -> node.getName() + (node.getInfo() instanceof TensorInfo tensor ? " " + tensor.type + " " + java.util.Arrays.toString(tensor.getShape()) : ""))
                    .collect(Collectors.joining(", "));
        }
    }

    /**
     * A network for samples like a given one, whose types and shapes tell its sample, timestep and output.
     *
     * @param session the network
     * @param arrays the library of the run's arrays
     * @param like an array of the samples' type and shape
     * @param others what else the network takes, by name: text embeddings, masks; they stay yours
     * @throws OrtException if ONNX Runtime cannot make the tensors
     */
    public OnnxModel(OrtSession session, Arrays<A> arrays, A like, Map<String, OnnxTensor> others) throws OrtException {
        this(session, Names.of(session, arrays.type(like), arrays.shape(like), others.keySet()), arrays, like, others);
    }

    /**
     * A network for samples like a given one.
     *
     * @param session the network
     * @param names which of its inputs and outputs are what
     * @param arrays the library of the run's arrays
     * @param like an array of the samples' type and shape
     * @param others what else the network takes, by name; they stay yours
     * @throws OrtException if ONNX Runtime cannot make the tensors
     */
    public OnnxModel(OrtSession session, Names names, Arrays<A> arrays, A like, Map<String, OnnxTensor> others) throws OrtException {
        this.session = session;
        this.names = names;
        this.arrays = arrays;
        inputs.putAll(others);
        sampleShape = arrays.shape(like).clone();
        TensorInfo wanted = tensor(session.getInputInfo(), names.timestep);
        timeType = wanted.type;
        if (!TIMES.contains(timeType)) {
            throw new IllegalArgumentException("this network takes timesteps of type " + timeType + "; export it with timesteps of one of the types " + TIMES);
        }
        long[] shape = wanted.getShape().length == 0 ? new long[0] : new long[] {wanted.getShape()[0] == 1 ? 1 : sampleShape[0]};
        times = ByteBuffer.allocateDirect(timeType.size * (shape.length == 0 ? 1 : (int) shape[0])).order(ByteOrder.nativeOrder());
        output = arrays.make(arrays.type(like), outputShape(tensor(session.getOutputInfo(), names.output), sampleShape));
        inputs.put(names.timestep, OnnxTensor.createTensor(environment, times, shape, timeType));
        outputs.put(names.output, tensor(output));
    }

    private static TensorInfo tensor(Map<String, NodeInfo> nodes, String name) {
        if (nodes.containsKey(name) && nodes.get(name).getInfo() instanceof TensorInfo tensor) {
            return tensor;
        }
        throw new IllegalArgumentException("the network has no tensor '" + name + "' there, but " + Names.told(nodes));
    }

    /** The samples' shape, but where the network says another size: twice the channels if it learned the variance. */
    private static long[] outputShape(TensorInfo info, long... sample) {
        long[] shape = sample.clone();
        for (int axis = 0; axis < shape.length && axis < info.getShape().length; axis++) {
            shape[axis] = info.getShape()[axis] > 0 ? info.getShape()[axis] : shape[axis];
        }
        return shape;
    }

    private void write(double timestep) {
        times.clear();
        while (times.hasRemaining()) {
            switch (timeType) {
                case INT64 -> times.putLong(whole(timestep));
                case INT32 -> times.putInt((int) whole(timestep));
                case DOUBLE -> times.putDouble(timestep);
                default -> times.putFloat((float) timestep);
            }
        }
    }

    private static long whole(double timestep) {
        if (timestep != Math.rint(timestep)) {
            throw new IllegalStateException("timestep " + timestep + " is not a whole number, which this network takes; plan with a spacing of whole timesteps: config.with(\"timestep_spacing\","
                    + " \"trailing\"), without Karras, exponential or beta sigmas; or export the network with float timesteps");
        }
        return (long) timestep;
    }

    /** One model knows one condition, and has one output array. */
    @Override
    public void predict(ModelInput<A> input, List<A> outputs) {
        if (input.branches().size() > 1) {
            throw new IllegalArgumentException("this model has one condition, the run asks for the branches " + input.branches() + "; give each of them a model of its own, and the run"
                    + " input -> (input.branches().contains(Branch.UNCONDITIONAL) ? without : with).predict(input)");
        }
        Sampling.Model.super.predict(input, outputs);
    }

    @Override
    public A predict(ModelInput<A> input) {
        if (!java.util.Arrays.equals(arrays.shape(input.sample()), sampleShape)) {
            throw new IllegalArgumentException("this model is for samples of shape " + java.util.Arrays.toString(sampleShape) + ", got "
                    + java.util.Arrays.toString(arrays.shape(input.sample())));
        }
        try {
            inputs.put(names.sample, pinned(input.sample()));
            write(input.timestep());
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
        return switch (memory.type()) {
            case FLOAT -> OnnxTensor.createTensor(environment, direct(memory.floats()), memory.shape());
            case DOUBLE -> OnnxTensor.createTensor(environment, direct(memory.doubles()), memory.shape());
            case HALF, BFLOAT16 -> OnnxTensor.createTensor(environment, direct(memory.halves()), memory.shape(), onnx(memory.type()));
            case INT64 -> OnnxTensor.createTensor(environment, direct(memory.longs()), memory.shape());
        };
    }

    private static OnnxJavaType onnx(ElementType type) {
        return type == ElementType.HALF ? OnnxJavaType.FLOAT16 : OnnxJavaType.valueOf(type.name());
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
        inputs.remove(names.sample);
        forget();
        inputs.get(names.timestep).close();
        outputs.values().forEach(OnnxTensor::close);
        arrays.close(output);
    }
}
