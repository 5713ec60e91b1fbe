package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.schedules.Timesteps;
import java.io.Serializable;
import java.util.List;

/**
 * What the schedulers over a table of betas have in common: {@code x = sqrt(abar_t) x0 + sqrt(1 - abar_t) eps} with
 * {@code abar_t = prod (1 - beta_s)}, {@code s <= t} (Ho et al., arXiv:2006.11239, equation 4), which of its timesteps a run visits, and how the
 * network is read. A config gives one with {@link Convention#DIFFUSERS}; in code:
 *
 * <pre>{@code
 *   DiscreteProcess process = DiscreteProcess.of(BetaSchedule.LINEAR.schedule(1000)).withParameterization(Parameterization.velocity());
 *   Plan plan = DDIMScheduler.of(process).withEta(0.5).plan(30);
 * }</pre>
 *
 * @param schedule the forward process
 * @param parameterization what the network outputs
 * @param correction what happens to its estimate of the data
 * @param spacing which timesteps a run visits
 * @param convention whose numbers to give where Diffusers deviates
 */
public record DiscreteProcess(DiscreteSchedule schedule, Parameterization parameterization, DataCorrection correction, Spacing spacing,
        Convention convention) implements Serializable {

    /**
     * Epsilon prediction, no correction, leading spacing, exact numbers.
     *
     * @param schedule the forward process
     * @return the process
     */
    public static DiscreteProcess of(DiscreteSchedule schedule) {
        return new DiscreteProcess(schedule, Parameterization.epsilon(), DataCorrection.NONE, Timesteps.leading(0), Convention.EXACT);
    }

    /**
     * With another parameterization.
     *
     * @param other what the network outputs
     * @return the process
     */
    public DiscreteProcess withParameterization(Parameterization other) {
        return new DiscreteProcess(schedule, other, correction, spacing, convention);
    }

    /**
     * With another correction.
     *
     * @param other what happens to the estimate of the data
     * @return the process
     */
    public DiscreteProcess withCorrection(DataCorrection other) {
        return new DiscreteProcess(schedule, parameterization, other, spacing, convention);
    }

    /**
     * With another spacing.
     *
     * @param other which timesteps a run visits
     * @return the process
     */
    public DiscreteProcess withSpacing(Spacing other) {
        return new DiscreteProcess(schedule, parameterization, correction, other, convention);
    }

    /**
     * With another convention.
     *
     * @param other whose numbers to give
     * @return the process
     */
    public DiscreteProcess withConvention(Convention other) {
        return new DiscreteProcess(schedule, parameterization, correction, spacing, other);
    }

    boolean asDiffusers() {
        return convention == Convention.DIFFUSERS;
    }

    /** The levels at which a run's steps start. NumPy's linspace of one point is its lower end, so Diffusers' single step starts at 0. */
    List<NoiseLevel> starts(int steps) {
        boolean numpySingle = asDiffusers() && steps == 1 && spacing.equals(Timesteps.linspace());
        return numpySingle ? List.of(schedule.at(0)) : spacing.levels(schedule, steps);
    }

    /** How far below its start Diffusers ends a step of a run: {@code floor(T / n)}. */
    int stride(int steps) {
        return schedule.size() / steps;
    }
}
