package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.DiscreteScheduler;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.schedules.Timesteps;

/** The schedulers over a table of betas: a {@link DiscreteProcess} and the level their runs end at. */
public abstract sealed class BetaScheduler implements DiscreteScheduler permits DdpmScheduler, DdimScheduler, DdimInverseScheduler {

    private static final long serialVersionUID = 1;

    private final DiscreteProcess process;
    private final NoiseLevel end;

    BetaScheduler(DiscreteProcess process, boolean endsClean) {
        this.process = process;
        this.end = endsClean ? NoiseLevel.clean(0) : process.schedule().at(0);
    }

    /**
     * The common parts.
     *
     * @return the process
     */
    public DiscreteProcess process() {
        return process;
    }

    @Override
    public DiscreteSchedule schedule() {
        return process.schedule();
    }

    @Override
    public Parameterization parameterization() {
        return process.parameterization();
    }

    @Override
    public DataCorrection correction() {
        return process.correction();
    }

    @Override
    public NoiseLevel end(double timestep) {
        return timestep < 0 ? end : schedule().at(timestep);
    }

    @Override
    public TimeGrid grid(int steps) {
        return TimeGrid.contiguous(process.starts(steps), end);
    }

    /**
     * A run over given timesteps.
     *
     * @param timesteps strictly descending timesteps of the schedule
     * @return the plan
     */
    public Plan plan(int[] timesteps) {
        TimeGrid grid = TimeGrid.contiguous(Timesteps.explicit(timesteps).levels(schedule(), timesteps.length), end);
        return Plan.of(solver(), grid, parameterization(), correction());
    }

    @Override
    public String toString() {
        return name() + "[" + process + ", " + solver() + "]";
    }
}
