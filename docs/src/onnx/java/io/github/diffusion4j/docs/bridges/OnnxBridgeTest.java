package io.github.diffusion4j.docs.bridges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class OnnxBridgeTest {

    private static final Mlp NETWORK = new Ring(7).mlp();
    private static OrtSession session;

    /** What a file of the network takes and gives: the time as a float or as a whole number, sample and output as floats or halves. */
    private enum Kind {
        FLOATS, WHOLE_TIMES, HALVES
    }

    /** The network as an ONNX file. */
    private static byte[] file(Mlp mlp, Kind kind) {
        OnnxFile file = new OnnxFile();
        file = kind == Kind.HALVES ? file.cast(OnnxFile.FLOAT16, "sample", "floats", -1, 2) : file.input("sample", -1, 2);
        file = kind == Kind.WHOLE_TIMES ? file.cast(OnnxFile.INT64, "timestep", "timesteps", -1) : file.input("timesteps", -1);
        file = kind == Kind.HALVES ? file.halfOutput("halves", "output", -1, 2) : file.output("output", -1, 2);
        file.weights("frequencies", mlp.frequencies()).integers("column", -1, 1)
                .node("Reshape", "times", "timesteps", "column").node("MatMul", "angles", "times", "frequencies")
                .node("Sin", "sines", "angles").node("Cos", "cosines", "angles").nodeAlong(1, "Concat", "hidden0", kind == Kind.HALVES ? "floats" : "sample", "sines", "cosines");
        for (int i = 0; i < Mlp.LAYERS; i++) {
            boolean last = i == Mlp.LAYERS - 1;
            file.weights("weight" + i, mlp.weights().get(i)).weights("bias" + i, mlp.biases().get(i))
                    .node("MatMul", "product" + i, "hidden" + i, "weight" + i).node("Add", last ? "output" : "sum" + i, "product" + i, "bias" + i);
            if (!last) {
                file.node("Tanh", "hidden" + (i + 1), "sum" + i);
            }
        }
        return file.bytes();
    }

    @BeforeAll
    static void open() throws Exception {
        session = OrtEnvironment.getEnvironment().createSession(file(NETWORK, Kind.FLOATS));
    }

    @AfterAll
    static void close() throws Exception {
        session.close();
    }

    @Test
    void a_run_in_onnx_runtime_is_the_run_in_nd4j() throws Exception {
        Plan plan = Ring.SCHEDULER.plan(20);
        INDArray noise = Nd4j.randn(DataType.FLOAT, 64, 2);
        INDArray expected = Sampling.run(plan, NETWORK, noise, NoiseSource.none(), Sampling.Listener.none());
        try (OnnxModel<INDArray> model = new OnnxModel<>(session, Nd4jArrays.ND4J, noise, Map.of())) {
            INDArray points = Sampling.run(plan, model, noise, NoiseSource.none(), Sampling.Listener.none());
            assertEquals(0, points.sub(expected).amaxNumber().doubleValue(), 1e-4);
            assertTrue(expected.amaxNumber().doubleValue() > 0.1, "the network does something");
        }
    }

    @Test
    void arrays_are_shared_and_the_output_is_always_the_same_array() throws Exception {
        Plan plan = Ring.SCHEDULER.plan(20);
        INDArray noise = CounterNoise.of(1).draw(NoiseRequest.start(), DataType.FLOAT, 4, 2);
        try (OnnxModel<INDArray> model = new OnnxModel<>(session, Nd4jArrays.ND4J, noise, Map.of()); OnnxTensor tensor = model.tensor(noise)) {
            noise.putScalar(3, 1, 42);
            assertEquals(42, ((float[][]) tensor.getValue())[3][1]);
            INDArray first = model.predict(plan.input(0, plan.start(noise)));
            double before = first.getDouble(0, 0);
            assertSame(first, model.predict(plan.input(0, plan.start(noise.mul(2)))));
            assertTrue(before != first.getDouble(0, 0));
        }
    }

    @Test
    void rows_of_a_larger_array_are_read_in_place() throws Exception {
        INDArray all = Nd4j.arange(12).castTo(DataType.FLOAT).reshape(6, 2);
        INDArray rows = all.get(NDArrayIndex.interval(2, 4), NDArrayIndex.all());
        try (OnnxModel<INDArray> model = new OnnxModel<>(session, Nd4jArrays.ND4J, rows, Map.of()); OnnxTensor tensor = model.tensor(rows)) {
            assertArrayEquals(new float[][] {{4, 5}, {6, 7}}, (float[][]) tensor.getValue());
        }
    }

    @Test
    void types_and_layouts() throws Exception {
        try (OnnxModel<INDArray> model = new OnnxModel<>(session, Nd4jArrays.ND4J, Nd4j.create(DataType.FLOAT, 2, 2), Map.of()); OnnxTensor half = model.tensor(Nd4j.ones(DataType.FLOAT16, 2, 2));
                OnnxTensor doubles = model.tensor(Nd4j.ones(DataType.DOUBLE, 2, 2))) {
            assertArrayEquals(new float[][] {{1, 1}, {1, 1}}, (float[][]) half.getValue());
            assertArrayEquals(new double[][] {{1, 1}, {1, 1}}, (double[][]) doubles.getValue());
            INDArray turned = Nd4j.arange(6).castTo(DataType.FLOAT).reshape(2, 3).transpose();
            String message = assertThrows(IllegalStateException.class, () -> model.tensor(turned)).getMessage();
            assertTrue(message.contains("C order") && message.contains("[3, 2]"), message);
            assertThrows(IllegalStateException.class, () -> model.tensor(Nd4j.create(DataType.FLOAT, new long[] {2, 3}, 'f')));
            assertThrows(IllegalArgumentException.class, () -> model.tensor(Nd4j.create(DataType.INT32, 2, 3)));
        }
    }

    /** Java's own buffers give the bits that ND4J's arrays give, and the tensors are the run's own memory. */
    @Test
    void direct_buffers_are_the_tensors() throws Exception {
        Plan plan = Ring.SCHEDULER.plan(20);
        HostArray noise = HostArrays.DIRECT.make(ElementType.FLOAT, 4, 2);
        CounterNoise.of(1).fill(NoiseRequest.start(), noise);
        INDArray same = CounterNoise.of(1).draw(NoiseRequest.start(), DataType.FLOAT, 4, 2);
        try (OnnxModel<HostArray> model = new OnnxModel<>(session, HostArrays.DIRECT, noise, Map.of());
                OnnxModel<INDArray> other = new OnnxModel<>(session, Nd4jArrays.ND4J, same, Map.of()); OnnxTensor tensor = model.tensor(noise)) {
            HostArray points = Sampling.run(plan.on(HostArrays.DIRECT), model, noise, NoiseSource.none(), Sampling.Listener.none());
            assertArrayEquals(points.values(), Nd4jArrays.ND4J.values(Sampling.run(plan, other, same, NoiseSource.none(), Sampling.Listener.none())));
            noise.floats().put(7, 42);
            assertEquals(42, ((float[][]) tensor.getValue())[3][1]);
            String message = assertThrows(IllegalArgumentException.class, () -> model.tensor(HostArrays.HEAP.copy(noise))).getMessage();
            assertTrue(message.contains("HostArrays.DIRECT"), message);
        }
    }

    @Test
    void networks_that_take_whole_timesteps_get_them() throws Exception {
        Plan plan = Ring.SCHEDULER.plan(20);
        INDArray noise = CounterNoise.of(1).draw(NoiseRequest.start(), DataType.FLOAT, 4, 2);
        try (OrtSession whole = OrtEnvironment.getEnvironment().createSession(file(NETWORK, Kind.WHOLE_TIMES));
                OnnxModel<INDArray> model = new OnnxModel<>(whole, Nd4jArrays.ND4J, noise, Map.of());
                OnnxModel<INDArray> floats = new OnnxModel<>(session, Nd4jArrays.ND4J, noise, Map.of())) {
            INDArray expected = Sampling.run(plan, floats, noise, NoiseSource.none(), Sampling.Listener.none());
            assertArrayEquals(Nd4jArrays.ND4J.values(expected), Nd4jArrays.ND4J.values(Sampling.run(plan, model, noise, NoiseSource.none(), Sampling.Listener.none())));
        }
    }

    /** A run in half precision over 16-bit tensors, which the engine computes in floats. */
    @Test
    void networks_in_half_precision_share_their_tensors_too() throws Exception {
        Plan plan = Ring.SCHEDULER.plan(20);
        HostArray noise = HostArrays.DIRECT.make(ElementType.HALF, 4, 2);
        CounterNoise.of(1).fill(NoiseRequest.start(), noise);
        HostArray floats = HostArrays.DIRECT.make(ElementType.FLOAT, 4, 2);
        floats.assign(noise);
        try (OrtSession halves = OrtEnvironment.getEnvironment().createSession(file(NETWORK, Kind.HALVES));
                OnnxModel<HostArray> model = new OnnxModel<>(halves, HostArrays.DIRECT, noise, Map.of());
                OnnxModel<HostArray> single = new OnnxModel<>(session, HostArrays.DIRECT, floats, Map.of())) {
            HostArray points = Sampling.run(plan.on(HostArrays.DIRECT), model, noise, NoiseSource.none(), Sampling.Listener.none());
            HostArray expected = Sampling.run(plan.on(HostArrays.DIRECT), single, floats, NoiseSource.none(), Sampling.Listener.none());
            assertEquals(ElementType.HALF, points.type());
            assertArrayEquals(expected.values(), points.values(), 0.02);
        }
    }

    /** The network that draws from words. */
    @Test
    void a_picture_is_the_same_over_nd4j_and_over_direct_buffers() throws Exception {
        Plan plan = DiffusersConfig.load(OwnModelTest.EMOJI).as("DPMSolverMultistepScheduler").config().scheduler().plan(8);
        INDArray noise = CounterNoise.of(42).draw(NoiseRequest.start(), DataType.FLOAT, 1, 3, 32, 32);
        HostArray same = plan.on(HostArrays.DIRECT).noise(CounterNoise.of(42), ElementType.FLOAT, 1, 3, 32, 32);
        try (OrtSession unet = OrtEnvironment.getEnvironment().createSession(OwnModelTest.EMOJI.resolve("unet/model.onnx").toString());
                OnnxTensor words = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new long[][] {OwnModelTest.numbers("noto red heart")});
                OnnxModel<HostArray> buffers = new OnnxModel<>(unet, HostArrays.DIRECT, same, Map.of("words", words))) {
            try (OnnxModel<INDArray> model = new OnnxModel<>(unet, Nd4jArrays.ND4J, noise, Map.of("words", words))) {
                INDArray picture = Sampling.run(plan, model, noise, NoiseSource.none(), Sampling.Listener.none());
                assertArrayEquals(Sampling.run(plan.on(HostArrays.DIRECT), buffers, same, NoiseSource.none(), Sampling.Listener.none()).values(), Nd4jArrays.ND4J.values(picture));
                assertTrue(picture.getDouble(0, 0, 16, 16) > 0.5 && picture.getDouble(0, 1, 16, 16) < 0, "a heart is red in the middle");
            }
        }
    }
}
