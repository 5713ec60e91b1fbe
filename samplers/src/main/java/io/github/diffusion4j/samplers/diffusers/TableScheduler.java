package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.DiscreteScheduler;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.DiscreteProcess;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.schedules.Timesteps;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The schedulers of Diffusers that step between whole timesteps of a table of betas. */
abstract class TableScheduler extends DiffusersScheduler implements DiscreteScheduler {

    private static final long serialVersionUID = 1;

    private final DiscreteSchedule schedule;
    private final Parameterization parameterization;
    private final DataCorrection correction;

    TableScheduler(DiffusersConfig config, DiscreteSchedule schedule, Parameterization parameterization, DataCorrection correction) {
        super(config);
        this.schedule = schedule;
        this.parameterization = parameterization;
        this.correction = correction;
    }

    final DiscreteProcess process() {
        return DiscreteProcess.of(schedule).withParameterization(parameterization).withCorrection(correction).withConvention(Convention.DIFFUSERS);
    }

    final Composition composition(TimeGrid grid, Solver solver) {
        return new Composition(grid, solver, parameterization, correction, 1);
    }

    /** The levels of given timesteps, which descend strictly. */
    final List<NoiseLevel> given(Settings run) {
        int[] timesteps = Arrays.stream(run.numbers("timesteps")).mapToInt(t -> (int) t).toArray();
        return Timesteps.explicit(timesteps).levels(schedule, timesteps.length);
    }

    /** Noised by the table, not by the run. */
    @Override
    final NoiseLevel forwardLevel(Plan plan, double timestep) {
        return schedule.at(timestep);
    }

    @Override
    public final Optional<DiscreteSchedule> table() {
        return Optional.of(schedule);
    }

    @Override
    public final DiscreteSchedule schedule() {
        return schedule;
    }

    @Override
    public final Parameterization parameterization() {
        return parameterization;
    }

    @Override
    public final DataCorrection correction() {
        return correction;
    }
}
