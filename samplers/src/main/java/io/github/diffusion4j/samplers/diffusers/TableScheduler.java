package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.DiscreteScheduler;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.Timesteps;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The schedulers of Diffusers that step between timesteps of a table of betas: a {@link DiscreteProcess}, read from a config or given in code, and the level their runs end at. */
abstract class TableScheduler extends DiffusersScheduler implements DiscreteScheduler {

    private static final long serialVersionUID = 1;

    private final DiscreteProcess process;
    private final NoiseLevel end;

    /** From a config: runs end at clean data, or at the level of timestep 0 where {@code set_alpha_to_one} is false. */
    TableScheduler(DiffusersConfig config, DiscreteProcess process) {
        super(config);
        this.process = process;
        this.end = end(process, settings().flag("set_alpha_to_one", true));
    }

    /** From code. */
    TableScheduler(String name, DiscreteProcess process, NoiseLevel end) {
        super(name);
        this.process = process;
        this.end = end;
    }

    static NoiseLevel end(DiscreteProcess process, boolean clean) {
        return clean ? NoiseLevel.clean(0) : process.schedule().at(0);
    }

    /** The level a run ends at. */
    NoiseLevel end() {
        return end;
    }

    /** What was chosen in code beyond the process and the end. */
    Object options() {
        return List.of();
    }

    /**
     * The common parts.
     *
     * @return the process
     */
    public final DiscreteProcess process() {
        return process;
    }

    final Composition composition(TimeGrid grid, Solver solver) {
        return new Composition(grid, solver, parameterization(), correction(), 1);
    }

    /** Steps that end where the next one starts. */
    final TimeGrid contiguous(List<NoiseLevel> starts) {
        return TimeGrid.contiguous(starts, end()).withCurve(schedule());
    }

    /** Steps that end {@code T / n} timesteps below their start, wherever the next one starts. */
    final TimeGrid strided(int steps) {
        List<NoiseLevel> starts = process.starts(steps);
        int stride = process.stride(steps);
        return new TimeGrid(starts, starts.stream().map(level -> end(level.time() - stride)).toList()).withCurve(schedule());
    }

    /** The levels at which a run's steps start: of given timesteps, which descend strictly, or of the process's spacing. Diffusers cuts given timesteps to whole ones. */
    final List<NoiseLevel> starts(Settings run, int steps) {
        if (!run.has("timesteps")) {
            return process.starts(steps);
        }
        double[] given = run.numbers("timesteps");
        return Timesteps.explicit(process.asDiffusers() ? Points.map(given, Math::floor) : given).levels(schedule(), steps);
    }

    /** Noised by the table, not by the run. */
    @Override
    final NoiseLevel forwardLevel(Plan plan, double timestep) {
        return schedule().at(timestep);
    }

    @Override
    int typicalSteps() {
        return Math.min(super.typicalSteps(), schedule().size());
    }

    @Override
    public final Optional<DiscreteSchedule> table() {
        return Optional.of(schedule());
    }

    @Override
    public final DiscreteSchedule schedule() {
        return process.schedule();
    }

    @Override
    public final Parameterization parameterization() {
        return process.parameterization();
    }

    @Override
    public final DataCorrection correction() {
        return process.correction();
    }

    @Override
    public final NoiseLevel end(double timestep) {
        return timestep < 0 ? end() : schedule().at(timestep);
    }

    @Override
    public final boolean equals(Object other) {
        return super.equals(other) && other instanceof TableScheduler scheduler && process.equals(scheduler.process) && end.equals(scheduler.end)
                && options().equals(scheduler.options());
    }

    @Override
    public final int hashCode() {
        return Objects.hash(super.hashCode(), process, end, options());
    }
}
