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
     * The level a step to a timestep ends at.
     *
     * @param timestep a timestep, or a negative number for the end of the run
     * @return the level
     */
    NoiseLevel target(double timestep);

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
     * @param data the clean data x0
     * @param noise N(0, I) noise of the same shape and type
     * @param timesteps one timestep, or one per sample
     * @return the noised data, a new array
     */
    default INDArray addNoise(INDArray data, INDArray noise, double... timesteps) {
        return Forward.noised(data, noise, levels(timesteps));
    }

    /**
     * The forward process at given levels: {@code alpha x0 + sigma noise}.
     *
     * @param data the clean data x0
     * @param noise N(0, I) noise of the same shape and type
     * @param levels one level, or one per sample
     * @return the noised data, a new array
     */
    static INDArray noised(INDArray data, INDArray noise, List<NoiseLevel> levels) {
        return Forward.noised(data, noise, levels);
    }

    /**
     * The velocity {@code alpha(t) noise - sigma(t) x0} (Salimans and Ho, arXiv:2202.00512, section 4).
     *
     * @param data the clean data x0
     * @param noise N(0, I) noise of the same shape and type
     * @param timesteps one timestep, or one per sample
     * @return the velocity, a new array
     */
    default INDArray velocity(INDArray data, INDArray noise, double... timesteps) {
        return Forward.mix(data, noise, levels(timesteps), level -> -level.sigma(), NoiseLevel::alpha);
    }

    private List<NoiseLevel> levels(double[] timesteps) {
        return Arrays.stream(timesteps).mapToObj(schedule()::at).toList();
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
            TimeGrid grid = new TimeGrid(List.of(schedule().at(timesteps[row])), List.of(target(previous[row])));
            return Plan.of(solver(), grid, parameterization(), correction());
        }).toList();
        if (rows.get(0).evaluations() != 1) {
            throw new UnsupportedOperationException(name() + " evaluates the network " + rows.get(0).evaluations() + " times a step; use plan(steps)");
        }
        return Plan.stepRows(rows, output, sample, noise);
    }
}
