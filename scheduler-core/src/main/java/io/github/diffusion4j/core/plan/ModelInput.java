package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import java.util.List;

/**
 * What to feed the network.
 *
 * @param <A> the array of the library
 */
public interface ModelInput<A> {

    /**
     * The library of the sample.
     *
     * @return the library
     */
    Arrays<A> arrays();

    /**
     * The sample, scaled as the network wants it.
     *
     * @return the sample; read it, do not change it
     */
    A sample();

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
     * The outputs that are asked for, in the order in which the step takes them.
     *
     * @return the branches; {@link Branch#CONDITIONAL} alone without guidance, and none where the evaluation is left out
     */
    List<Branch> branches();

    /**
     * The same input for one branch, for networks that are asked branch by branch.
     *
     * @param branch the branch
     * @return the input, whose {@link #branches} are that one
     */
    default ModelInput<A> of(Branch branch) {
        return new BranchInput<>(this, branch);
    }

    /**
     * The conditioning value once per sample, for networks that take a vector.
     *
     * @return a vector as long as the sample's first axis: DOUBLE if the sample is, otherwise FLOAT, which holds every timestep of a training table
     */
    default A timesteps() {
        return arrays().vector(arrays().type(sample()).computed(), eachSample());
    }

    private double[] eachSample() {
        long[] shape = arrays().shape(sample());
        double[] values = new double[shape.length == 0 ? 1 : (int) shape[0]];
        java.util.Arrays.fill(values, timestep());
        return values;
    }

    /**
     * The same for networks that take whole numbers.
     *
     * @return a vector of type INT64, as long as the sample's first axis
     * @throws IllegalStateException if the plan visits timesteps between whole numbers, as Karras' levels do
     */
    default A wholeTimesteps() {
        if (timestep() != Math.rint(timestep())) {
            throw new IllegalStateException("timestep " + timestep() + " is not a whole number, which this network takes; plan with a spacing of timesteps"
                    + " (leading, trailing, linspace), or round timestep() as the network's training did");
        }
        return arrays().vector(ElementType.INT64, eachSample());
    }
}
