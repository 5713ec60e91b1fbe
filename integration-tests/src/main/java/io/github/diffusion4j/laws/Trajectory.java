package io.github.diffusion4j.laws;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Solver;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Runs of a solver on many points at once, with a perfect network for each. */
public final class Trajectory {

    private Trajectory() {}

    /** The perfect network: the estimates of the data of all points. */
    @FunctionalInterface
    public interface Network {

        /**
         * The estimates.
         *
         * @param input what the network sees
         * @param x the points
         * @return the estimate of the data of each
         */
        double[] estimates(ModelInput<INDArray> input, double[] x);

        /**
         * One kind of data for all points.
         *
         * @param data the data
         * @return the network
         */
        static Network of(TestData data) {
            return (input, x) -> IntStream.range(0, x.length).mapToDouble(i -> data.estimate(input.level(), x[i])).toArray();
        }
    }

    /**
     * A run with the estimates of the data as output.
     *
     * @param solver the solver
     * @param grid the levels
     * @return the plan
     */
    public static Plan plan(Solver solver, TimeGrid grid) {
        return Plan.of(solver, grid, Parameterization.sample(), DataCorrection.NONE);
    }

    /**
     * Runs a plan.
     *
     * @param plan the run
     * @param network the network
     * @param start the points at the first level
     * @param noise the noise
     * @return the points at the end
     */
    public static double[] run(Plan plan, Network network, double[] start, NoiseSource noise) {
        SamplerState<INDArray> state = plan.startFrom(array(start), noise);
        for (int i = 0; i < plan.evaluations(); i++) {
            ModelInput<INDArray> input = plan.input(i, state);
            state = plan.step(i, array(network.estimates(input, input.sample().data().asDouble())), state, noise);
        }
        return state.sample().data().asDouble();
    }

    /**
     * Points as an array.
     *
     * @param points the points
     * @return the array, one sample
     */
    public static INDArray array(double... points) {
        return Nd4j.createFromArray(new double[][] {points});
    }
}
