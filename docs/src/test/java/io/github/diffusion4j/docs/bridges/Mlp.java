package io.github.diffusion4j.docs.bridges;

import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.samplers.Sampling;
import java.io.Serializable;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A small network of a point and the time, written with ND4J: what the bridges are compared with.
 *
 * @param frequencies of the sines and cosines of the timestep, [1, f]
 * @param weights of three dense layers, [in, out]
 * @param biases of the layers, [1, out]
 */
record Mlp(INDArray frequencies, List<INDArray> weights, List<INDArray> biases) implements Sampling.Model<INDArray>, Serializable {

    static final int LAYERS = 3;

    /** Two hidden layers of tanh over the point and the features of the time. */
    @Override
    public INDArray predict(ModelInput<INDArray> input) {
        INDArray angles = input.timesteps().reshape(-1, 1).mmul(frequencies);
        INDArray x = Nd4j.concat(1, input.sample(), Transforms.sin(angles), Transforms.cos(angles));
        for (int layer = 0; layer < LAYERS; layer++) {
            x = x.mmul(weights.get(layer)).addi(biases.get(layer));
            x = layer < LAYERS - 1 ? Transforms.tanh(x, false) : x;
        }
        return x;
    }
}
