package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.RecordedNoise;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A scheduler over the arrays of one library: the forward process and single reverse steps, with a timestep for each row. A {@link Scheduler} is that over ND4J's arrays itself;
 * {@link Scheduler#on} gives it over others. Arrays handed in are never changed.
 *
 * @param <A> the array of the library
 */
public interface Noising<A> {

    /**
     * The scheduler.
     *
     * @return the scheduler
     */
    Scheduler scheduler();

    /**
     * The library of the arrays.
     *
     * @return the library
     */
    Arrays<A> arrays();

    /**
     * Which positions share a timestep.
     *
     * @return the rows
     */
    Rows rows();

    /**
     * The forward process: {@code alpha(t) x0 + sigma(t) noise}.
     *
     * @param data the clean data x0; a single sample serves all samples of the noise
     * @param noise N(0, I) noise of the same shape and type
     * @param timesteps one timestep, or one for each row
     * @return the noised data, a new array of the noise's shape
     * @throws IllegalArgumentException if data, noise and timesteps do not agree, naming them
     */
    default A addNoise(A data, A noise, double... timesteps) {
        return Forward.noised(arrays(), rows(), data, noise, levels(timesteps));
    }

    /**
     * The forward process at given levels: {@code alpha x0 + sigma noise}.
     *
     * @param data the clean data x0; a single sample serves all samples of the noise
     * @param noise N(0, I) noise of the same shape and type
     * @param levels one level, or one for each row
     * @return the noised data, a new array of the noise's shape
     * @throws IllegalArgumentException if data, noise and levels do not agree, naming them
     */
    default A addNoise(A data, A noise, List<NoiseLevel> levels) {
        return Forward.noised(arrays(), rows(), data, noise, levels);
    }

    /**
     * What the network should output for the noised data, {@code p(t) x0 + q(t) noise} with the weights of {@link Parameterization#target}: noise, x0, the velocity, or
     * {@code noise - x0} on a flow.
     *
     * @param data the clean data x0; a single sample serves all samples of the noise
     * @param noise N(0, I) noise of the same shape and type
     * @param timesteps one timestep, or one for each row
     * @return the target, a new array of the noise's shape
     * @throws IllegalArgumentException if data, noise and timesteps do not agree, or there is no finite target
     */
    default A target(A data, A noise, double... timesteps) {
        return Forward.target(arrays(), rows(), data, noise, levels(timesteps), scheduler().parameterization());
    }

    /**
     * The velocity {@code alpha(t) noise - sigma(t) x0} of variance-preserving paths (Salimans and Ho, arXiv:2202.00512, section 4), whatever the network outputs. On paths that do
     * not preserve variance alpha and sigma are divided by {@code sqrt(alpha^2 + sigma^2)}, as in Diffusers' {@code get_velocity}.
     *
     * @param data the clean data x0; a single sample serves all samples of the noise
     * @param noise N(0, I) noise of the same shape and type
     * @param timesteps one timestep, or one for each row
     * @return the velocity, a new array of the noise's shape
     * @throws IllegalArgumentException if data, noise and timesteps do not agree, or on a flow, whose network learns another velocity: use {@link #target}
     */
    default A velocity(A data, A noise, double... timesteps) {
        return Forward.velocity(arrays(), rows(), data, noise, levels(timesteps), scheduler().parameterization());
    }

    private List<NoiseLevel> levels(double[] timesteps) {
        return DoubleStream.of(timesteps).mapToObj(scheduler()::level).toList();
    }

    /**
     * One deterministic reverse step between two timesteps.
     *
     * @param output what the network returned for the sample at the timestep
     * @param timestep where the sample stands
     * @param previous where the step ends: an earlier timestep, or a negative number for the end of the run
     * @param sample the sample
     * @return the sample at the earlier timestep, a new array
     * @throws IllegalStateException if the solver adds noise
     */
    default A step(A output, double timestep, double previous, A sample) {
        return step(output, new double[] {timestep}, new double[] {previous}, sample, NoiseSource.none());
    }

    /**
     * One reverse step between two timesteps, with given noise.
     *
     * @param output what the network returned for the sample at the timestep
     * @param timestep where the sample stands
     * @param previous where the step ends: an earlier timestep, or a negative number for the end of the run
     * @param sample the sample
     * @param noise N(0, I) noise of the sample's shape; not read if the step adds none
     * @return the sample at the earlier timestep, a new array
     */
    default A step(A output, double timestep, double previous, A sample, A noise) {
        return step(output, new double[] {timestep}, new double[] {previous}, sample, RecordedNoise.ofSteps(arrays(), List.of(noise)));
    }

    /**
     * One reverse step of a batch whose samples stand at different timesteps.
     *
     * @param output what the network returned
     * @param timesteps one timestep for each row, or one for all
     * @param previous where each step ends: an earlier timestep, or a negative number for the end of the run
     * @param sample the samples
     * @param noise where the step's noise comes from, drawn as that of evaluation 0
     * @return the samples at the earlier timesteps, a new array
     * @throws UnsupportedOperationException if the solver needs several network evaluations for a step
     */
    default A step(A output, double[] timesteps, double[] previous, A sample, NoiseSource noise) {
        if (timesteps.length != previous.length || timesteps.length == 0) {
            throw new IllegalArgumentException("each step needs a start and an end, got " + timesteps.length + " timesteps and " + previous.length + " ends");
        }
        Scheduler scheduler = scheduler();
        List<Plan> plans = IntStream.range(0, timesteps.length).mapToObj(row -> {
            TimeGrid grid = new TimeGrid(List.of(scheduler.level(timesteps[row])), List.of(scheduler.end(previous[row])));
            return Plan.of(scheduler.solver(), grid, scheduler.parameterization(), scheduler.correction());
        }).toList();
        if (plans.get(0).evaluations() != 1) {
            throw new UnsupportedOperationException(scheduler.name() + " evaluates the network " + plans.get(0).evaluations() + " times a step; use plan(steps)");
        }
        return Runs.stepRows(plans, arrays(), rows(), output, sample, noise);
    }
}
