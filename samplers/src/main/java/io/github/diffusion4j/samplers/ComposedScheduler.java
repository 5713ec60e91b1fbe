package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.Sigmas;
import io.github.diffusion4j.schedules.Timesteps;

/**
 * Any schedule with any spacing and any solver: the exact mathematics, without the habits of a Diffusers class.
 *
 * <pre>{@code
 *   Scheduler scheduler = ComposedScheduler.of(BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012), DpmSolverMultistep.plusPlus(3))
 *           .withSpacing(Sigmas.ramp(SigmaRamp.karras(7)))
 *           .withParameterization(Parameterization.velocity());
 *   Plan plan = scheduler.plan(20);
 * }</pre>
 *
 * <p>A spacing picks the levels at which steps start, given ones ({@code Sigmas.explicit}) too; the last step ends at {@code end}.
 *
 * @param schedule the forward process
 * @param solver how a step is taken
 * @param spacing the levels at which the steps of a run start
 * @param parameterization what the network outputs
 * @param correction what happens to its estimate of the data
 * @param end the level at which a run ends
 */
public record ComposedScheduler(NoiseSchedule schedule, Solver solver, Spacing spacing, Parameterization parameterization, DataCorrection correction,
        NoiseLevel end) implements Scheduler {

    /**
     * Epsilon prediction without correction, to clean data; trailing timesteps of a discrete schedule, equal steps of time of any other.
     *
     * @param schedule the forward process
     * @param solver how a step is taken
     * @return the scheduler
     */
    public static ComposedScheduler of(NoiseSchedule schedule, Solver solver) {
        Spacing spacing = schedule instanceof DiscreteSchedule ? Timesteps.trailing() : Sigmas.time();
        return new ComposedScheduler(schedule, solver, spacing, Parameterization.epsilon(), DataCorrection.NONE, NoiseLevel.clean(0));
    }

    /**
     * With another spacing.
     *
     * @param other the levels at which the steps of a run start
     * @return the scheduler
     */
    public ComposedScheduler withSpacing(Spacing other) {
        return new ComposedScheduler(schedule, solver, other, parameterization, correction, end);
    }

    /**
     * With another parameterization.
     *
     * @param other what the network outputs
     * @return the scheduler
     */
    public ComposedScheduler withParameterization(Parameterization other) {
        return new ComposedScheduler(schedule, solver, spacing, other, correction, end);
    }

    /**
     * With another correction.
     *
     * @param other what happens to the estimate of the data
     * @return the scheduler
     */
    public ComposedScheduler withCorrection(DataCorrection other) {
        return new ComposedScheduler(schedule, solver, spacing, parameterization, other, end);
    }

    /**
     * With runs that end elsewhere.
     *
     * @param other the level at which a run ends, for instance the schedule's cleanest
     * @return the scheduler
     */
    public ComposedScheduler withEnd(NoiseLevel other) {
        return new ComposedScheduler(schedule, solver, spacing, parameterization, correction, other);
    }

    @Override
    public String name() {
        return solver.getClass().getSimpleName();
    }

    @Override
    public TimeGrid grid(int steps) {
        if (steps > Plan.LONGEST_RUN) {
            throw new IllegalArgumentException("a run takes 1 to " + Plan.LONGEST_RUN + " steps, got " + steps);
        }
        return TimeGrid.contiguous(spacing.levels(schedule, steps), end).withCurve(schedule);
    }

    @Override
    public NoiseLevel end(double timestep) {
        return timestep < 0 ? end : schedule.at(timestep);
    }

    /** The noise a run starts from has the standard deviation of the first level for data of variance 1: 1 on variance-preserving levels. */
    @Override
    public Plan plan(int steps) {
        TimeGrid grid = grid(steps);
        NoiseLevel first = grid.from(0);
        double scale = first.alpha() == 1 ? Math.hypot(first.alpha(), first.sigma()) : 1;
        return Plan.of(solver, grid, parameterization, correction).withStartScale(scale);
    }
}
