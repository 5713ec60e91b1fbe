package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.kernel.Rows;
import java.io.Serializable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What users hold: an immutable composition of a noise schedule, a parameterization, a data correction, a spacing and a
 * solver. Every method is a pure function; one instance serves any number of threads.
 *
 * <p>The methods that meet arrays are those of {@link Noising}, here over ND4J's. Samples lie along the first axis of every array. Arrays handed in are never changed.
 */
public interface Scheduler extends Noising<INDArray>, Serializable {

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
     * The scheduler over arrays of another library: {@code scheduler.on(HostArrays.HEAP).addNoise(data, noise, 500)}.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @return noising and steps over them
     */
    default <A> Noising<A> on(Arrays<A> arrays) {
        return on(arrays, Rows.SAMPLES);
    }

    /**
     * The scheduler over arrays whose rows, each with a timestep of its own, are not the samples of the first axis: frames of a video, tokens.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param rows what has a timestep of its own
     * @return noising and steps over them
     */
    default <A> Noising<A> on(Arrays<A> arrays, Rows rows) {
        return new NoisingOf<>(this, arrays, rows);
    }

    @Override
    default Scheduler scheduler() {
        return this;
    }

    /** ND4J's. */
    @Override
    default Arrays<INDArray> arrays() {
        return Nd4jArrays.ND4J;
    }

    /** The samples of the first axis. */
    @Override
    default Rows rows() {
        return Rows.SAMPLES;
    }
}
