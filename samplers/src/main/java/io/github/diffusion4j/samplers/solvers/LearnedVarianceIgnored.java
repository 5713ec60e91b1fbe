package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.LearnedVariance;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * A solver for a network that also outputs a variance it does not use: the second half of the channels is dropped.
 *
 * @param solver the solver
 */
public record LearnedVarianceIgnored(Solver solver) implements Solver {

    @Override
    public SolverTraits traits() {
        return solver.traits();
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        return solver.stages(grid, step).stream().map(stage -> stage.withScaling(new LearnedVariance.Ignored())).toList();
    }
}
