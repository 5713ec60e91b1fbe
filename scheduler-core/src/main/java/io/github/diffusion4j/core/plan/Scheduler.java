package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.RecordedNoise;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What users hold: an immutable composition of a noise schedule, a parameterization, a data correction, a spacing and a
 * solver. Every method is a pure function; one instance serves any number of threads.
 *
 * <p>Samples lie along the first axis of every array. Arrays handed in are never changed.
 */
public interface Scheduler extends Serializable {

    /**
     * The name of the class in Diffusers, for instance {@code DDIMScheduler}.
     *
     * @return the name
     */
    String name();

    /**
     * The forward process.
     *
     * @return the schedule
     */
    NoiseSchedule schedule();

    /**
     * What the network outputs.
     *
     * @return the parameterization
     */
    Parameterization parameterization();

    /**
     * What happens to the network's estimate of the data.
     *
     * @return the correction
     */
    DataCorrection correction();

    /**
     * How a step is taken.
     *
     * @return the solver
     */
    Solver solver();

    /**
     * The noise levels of a run.
     *
     * @param steps the number of steps, at least 1
     * @return the grid
     * @throws IllegalArgumentException if the schedule cannot give that many steps
     */
    TimeGrid grid(int steps);

    /**
     * The noise level of a timestep, as {@link ModelInput#timestep()} hands it out.
     *
     * @param timestep the timestep
     * @return the level
     * @throws IllegalArgumentException if there is no such timestep
     */
    default NoiseLevel level(double timestep) {
        return schedule().at(timestep);
    }

    /**
     * The level a step to a timestep ends at.
     *
     * @param timestep a timestep, or a negative number for the end of the run
     * @return the level
     */
    NoiseLevel end(double timestep);

    /**
     * A run of the given number of steps.
     *
     * @param steps the number of steps, at least 1
     * @return the plan, compiled and checked
     * @throws IllegalArgumentException if no such run exists, with the reason
     */
    default Plan plan(int steps) {
        return Plan.of(solver(), grid(steps), parameterization(), correction());
    }

    /**
     * The end of a run, for a sample that already holds an image (image to image). It starts at the noise level of its first evaluation:
     * {@code plan.startFrom(plan.addNoise(image, noise, 0))}.
     *
     * @param steps the number of steps n
     * @param strength how much of the image is made anew, above 0 to 1
     * @param mode whether n steps are cut or kept
     * @return the plan
     * @throws IllegalArgumentException if the strength is out of range or leaves no step
     */
    default Plan plan(int steps, double strength, Strength mode) {
        if (!(strength > 0 && strength <= 1)) {
            throw new IllegalArgumentException("strength must lie in (0, 1], got " + strength);
        }
        return mode.plan(this, steps, strength);
    }

    /**
     * The forward process: {@code alpha(t) x0 + sigma(t) noise}.
     *
     * @param data the clean data x0; a single sample serves all samples of the noise
     * @param noise N(0, I) noise of the same shape and type
     * @param timesteps one timestep, or one per sample
     * @return the noised data, a new array of the noise's shape
     * @throws IllegalArgumentException if data, noise and timesteps do not agree, naming them
     */
    default INDArray addNoise(INDArray data, INDArray noise, double... timesteps) {
        return Forward.noised(data, noise, levels(timesteps));
    }

    /**
     * The forward process at given levels: {@code alpha x0 + sigma noise}.
     *
     * @param data the clean data x0; a single sample serves all samples of the noise
     * @param noise N(0, I) noise of the same shape and type
     * @param levels one level, or one per sample
     * @return the noised data, a new array of the noise's shape
     * @throws IllegalArgumentException if data, noise and levels do not agree, naming them
     */
    static INDArray noised(INDArray data, INDArray noise, List<NoiseLevel> levels) {
        return Forward.noised(data, noise, levels);
    }

    /**
     * What the network should output for the noised data, {@code p(t) x0 + q(t) noise} with the weights of {@link Parameterization#target}: noise, x0, the velocity, or
     * {@code noise - x0} on a flow.
     *
     * @param data the clean data x0; a single sample serves all samples of the noise
     * @param noise N(0, I) noise of the same shape and type
     * @param timesteps one timestep, or one per sample
     * @return the target, a new array of the noise's shape
     * @throws IllegalArgumentException if data, noise and timesteps do not agree, or there is no finite target
     */
    default INDArray target(INDArray data, INDArray noise, double... timesteps) {
        return Forward.target(data, noise, levels(timesteps), parameterization());
    }

    /**
     * The velocity {@code alpha(t) noise - sigma(t) x0} of variance-preserving paths (Salimans and Ho, arXiv:2202.00512, section 4), whatever the network outputs. On paths that do
     * not preserve variance alpha and sigma are divided by {@code sqrt(alpha^2 + sigma^2)}, as in Diffusers' {@code get_velocity}.
     *
     * @param data the clean data x0; a single sample serves all samples of the noise
     * @param noise N(0, I) noise of the same shape and type
     * @param timesteps one timestep, or one per sample
     * @return the velocity, a new array of the noise's shape
     * @throws IllegalArgumentException if data, noise and timesteps do not agree, or on a flow, whose network learns another velocity: use {@link #target}
     */
    default INDArray velocity(INDArray data, INDArray noise, double... timesteps) {
        return Forward.velocity(data, noise, levels(timesteps), parameterization());
    }

    private List<NoiseLevel> levels(double[] timesteps) {
        return Arrays.stream(timesteps).mapToObj(this::level).toList();
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
    default INDArray step(INDArray output, double timestep, double previous, INDArray sample) {
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
    default INDArray step(INDArray output, double timestep, double previous, INDArray sample, INDArray noise) {
        return step(output, new double[] {timestep}, new double[] {previous}, sample, RecordedNoise.ofSteps(List.of(noise)));
    }

    /**
     * One reverse step of a batch whose samples stand at different timesteps.
     *
     * @param output what the network returned
     * @param timesteps one timestep per sample, or one for all
     * @param previous where each step ends: an earlier timestep, or a negative number for the end of the run
     * @param sample the samples
     * @param noise where the step's noise comes from, drawn as that of evaluation 0
     * @return the samples at the earlier timesteps, a new array
     * @throws UnsupportedOperationException if the solver needs several network evaluations for a step
     */
    default INDArray step(INDArray output, double[] timesteps, double[] previous, INDArray sample, NoiseSource noise) {
        if (timesteps.length != previous.length || timesteps.length == 0) {
            throw new IllegalArgumentException("each step needs a start and an end, got " + timesteps.length + " timesteps and " + previous.length + " ends");
        }
        List<Plan> rows = IntStream.range(0, timesteps.length).mapToObj(row -> {
            TimeGrid grid = new TimeGrid(List.of(level(timesteps[row])), List.of(end(previous[row])));
            return Plan.of(solver(), grid, parameterization(), correction());
        }).toList();
        if (rows.get(0).evaluations() != 1) {
            throw new UnsupportedOperationException(name() + " evaluates the network " + rows.get(0).evaluations() + " times a step; use plan(steps)");
        }
        return Plan.stepRows(rows, output, sample, noise);
    }
}
