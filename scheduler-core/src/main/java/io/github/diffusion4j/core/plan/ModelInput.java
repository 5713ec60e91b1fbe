package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Kernels;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What to feed the network.
 *
 * @param sample the scaled sample; read it, do not change it
 * @param timestep the value to condition on
 * @param level the noise level of the evaluation
 */
public record ModelInput(INDArray sample, double timestep, NoiseLevel level) {

    /**
     * The conditioning value once per sample, for networks that take a vector.
     *
     * @return a vector of the sample's type, as long as its first axis
     */
    public INDArray timesteps() {
        double[] values = new double[(int) sample.size(0)];
        Arrays.fill(values, timestep);
        return Kernels.vector(sample.dataType(), values);
    }
}
