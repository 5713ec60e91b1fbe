package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * A stochastic solver with more or less noise: every weight of fresh noise times a factor, k-diffusion's {@code s_noise}. The factor 0 leaves the mean of a
 * step, to which parallel sampling adds the noise afterwards (ParaDiGMS, Shih et al., arXiv:2305.16317, section 3).
 *
 * @param solver the stochastic solver
 * @param factor the factor, at least 0
 */
public record ScaledNoise(Solver solver, double factor) implements Solver {

    /** Checks the factor. */
    public ScaledNoise {
        if (!(factor >= 0 && Double.isFinite(factor))) {
            throw new IllegalArgumentException("the factor of the noise must be at least 0 and finite, got " + factor);
        }
    }

    @Override
    public SolverTraits traits() {
        SolverTraits traits = solver.traits();
        return factor == 0 ? traits.withWeakOrder(0) : traits;
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        return solver.stages(grid, step).stream().map(stage -> new Stage(stage.level(), stage.before().withNoise(factor * stage.before().noise()),
                stage.remember(), stage.anchor().withNoise(factor * stage.anchor().noise()), stage.next().withNoise(factor * stage.next().noise()),
                stage.scaling(), stage.interval())).toList();
    }
}
