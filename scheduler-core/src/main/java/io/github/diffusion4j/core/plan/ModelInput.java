package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Kernels;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
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
     * @return a vector as long as the sample's first axis: DOUBLE if the sample is, otherwise FLOAT, which holds every timestep of a training table
     */
    default INDArray timesteps() {
        double[] values = new double[(int) sample().size(0)];
        Arrays.fill(values, timestep());
        return Kernels.vector(Kernels.computeType(sample().dataType()), values);
    }

    /**
     * The same for networks that take whole numbers.
     *
     * @return a vector of type INT64, as long as the sample's first axis
     * @throws IllegalStateException if the plan visits timesteps between whole numbers, as Karras' levels do
     */
    default INDArray wholeTimesteps() {
        if (timestep() != Math.rint(timestep())) {
            throw new IllegalStateException("timestep " + timestep() + " is not a whole number, which this network takes; plan with a spacing of timesteps"
                    + " (leading, trailing, linspace), or round timestep() as the network's training did");
        }
        try (INDArray values = timesteps()) {
            return values.castTo(DataType.INT64);
        }
    }
}
