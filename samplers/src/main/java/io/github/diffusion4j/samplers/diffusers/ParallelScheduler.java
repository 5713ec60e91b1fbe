package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.DiscreteScheduler;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.samplers.solvers.ScaledNoise;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Parallel sampling by fixed-point iteration (ParaDiGMS, Shih et al., arXiv:2305.16317): many timesteps in one step. */
public interface ParallelScheduler extends DiscreteScheduler {

    /**
     * The mean of one reverse step for a batch whose samples stand at different timesteps, without fresh noise.
     *
     * @param output what the network returned
     * @param timesteps one timestep per sample
     * @param sample the samples
     * @param steps the number of steps n of the run; each sample goes from t to {@code t - floor(T / n)}
     * @return the means, a new array
     */
    default INDArray batchStepNoNoise(INDArray output, double[] timesteps, INDArray sample, int steps) {
        if (steps < 1 || steps > schedule().size()) {
            throw new IllegalArgumentException("steps must lie in 1 to " + schedule().size() + ", got " + steps);
        }
        int stride = schedule().size() / steps;
        List<Plan> plans = Arrays.stream(timesteps).mapToObj(t -> {
            NoiseLevel from = schedule().at(t);
            return Plan.of(new ScaledNoise(solver(), 0), new TimeGrid(List.of(from), List.of(end(t - stride))), parameterization(), correction());
        }).toList();
        return Runs.stepRows(plans, arrays(), rows(), output, sample, NoiseSource.none());
    }
}
