package io.github.diffusion4j.docs.bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.Sampling;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TorchBridgeTest {

    static final Mlp NETWORK = new Ring(7).mlp();

    @BeforeAll
    static void offline() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    /** The network in PyTorch's operations, on the same weights. */
    static NDArray evaluate(NDManager weights, NDArray sample, NDArray timesteps) {
        NDArray angles = timesteps.reshape(-1, 1).matMul(TorchModel.share(weights, NETWORK.frequencies()));
        NDArray x = NDArrays.concat(new NDList(sample, angles.sin(), angles.cos()), 1);
        for (int i = 0; i < Mlp.LAYERS; i++) {
            x = x.matMul(TorchModel.share(weights, NETWORK.weights().get(i))).add(TorchModel.share(weights, NETWORK.biases().get(i)));
            x = i < Mlp.LAYERS - 1 ? x.tanh() : x;
        }
        return x;
    }

    @Test
    void a_run_in_pytorch_is_the_run_in_nd4j() {
        Plan plan = Ring.SCHEDULER.plan(20);
        INDArray noise = Nd4j.randn(DataType.FLOAT, 64, 2);
        INDArray expected = Sampling.run(plan, NETWORK, noise, NoiseSource.none(), Sampling.Listener.none());
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TorchModel model = new TorchModel(manager, (sample, timesteps) -> evaluate(sample.getManager(), sample, timesteps), noise)) {
            INDArray points = Sampling.run(plan, model, noise, NoiseSource.none(), Sampling.Listener.none());
            assertEquals(0, points.sub(expected).amaxNumber().doubleValue(), 1e-4);
        }
    }

    @Test
    void memory_is_shared_and_other_layouts_are_refused() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            INDArray array = Nd4j.zeros(DataType.FLOAT, 2, 3);
            NDArray shared = TorchModel.share(manager, array);
            array.putScalar(1, 2, 42);
            assertEquals(42, shared.getFloat(1, 2));
            String message = assertThrows(IllegalArgumentException.class, () -> TorchModel.share(manager, array.transpose())).getMessage();
            assertTrue(message.contains("C order") && message.contains("[3, 2]"), message);
            assertThrows(IllegalArgumentException.class, () -> TorchModel.share(manager, Nd4j.zeros(DataType.DOUBLE, 2, 3)));
        }
    }
}
