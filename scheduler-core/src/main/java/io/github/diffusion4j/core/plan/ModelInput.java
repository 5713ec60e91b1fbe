package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Kernels;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What to feed the network. */
public interface ModelInput {

    /**
     * The sample, scaled as the network wants it.
     *
     * @return the sample; read it, do not change it
     */
    INDArray sample();

    /**
     * The value to condition on.
     *
     * @return the timestep
     */
    double timestep();

    /**
     * The noise level of the evaluation.
     *
     * @return the level
     */
    NoiseLevel level();

    /**
     * The conditioning value once per sample, for networks that take a vector.
     *
     * @return a vector of the sample's type, as long as its first axis
     */
    default INDArray timesteps() {
        double[] values = new double[(int) sample().size(0)];
        Arrays.fill(values, timestep());
        return Kernels.vector(sample().dataType(), values);
    }
}
