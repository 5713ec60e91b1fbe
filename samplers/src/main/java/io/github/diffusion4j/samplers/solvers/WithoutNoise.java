package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * The mean of a stochastic solver's step: the same update with its fresh noise left out (ParaDiGMS, Shih et al.,
 * arXiv:2305.16317, section 3, adds the noise of all parallel steps afterwards).
 *
 * @param solver the stochastic solver
 */
public record WithoutNoise(Solver solver) implements Solver {

    @Override
    public SolverTraits traits() {
        SolverTraits traits = solver.traits();
        return new SolverTraits(traits.order(), 0, traits.evaluationsPerStep(), traits.history(), traits.citation());
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        return solver.stages(grid, step).stream().map(stage -> Stage.of(stage.level(), stage.next().withNoise(0))
                .withBefore(stage.before().withNoise(0)).withRemember(stage.remember()).withAnchor(stage.anchor().withNoise(0))
                .withScaling(stage.scaling())).toList();
    }
}
