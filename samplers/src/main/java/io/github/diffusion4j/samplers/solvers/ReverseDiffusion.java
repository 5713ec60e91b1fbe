package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Langevin;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * The predictor-corrector sampler of the variance-exploding SDE (Song et al., arXiv:2011.13456, algorithms 2 and 4): Langevin steps at a noise level, then
 * the reverse-diffusion step {@code x' = x + (sigma^2 - sigma'^2) score + sqrt(sigma^2 - sigma'^2) z}.
 *
 * @param corrections the number of Langevin steps, at least 0
 * @param snr their signal-to-noise ratio
 */
public record ReverseDiffusion(int corrections, double snr) implements Solver {

    /** Checks the number of Langevin steps. */
    public ReverseDiffusion {
        if (corrections < 0) {
            throw new IllegalArgumentException("the number of Langevin steps must be at least 0, got " + corrections);
        }
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(1, 1, 1 + corrections, 0, "Song et al., arXiv:2011.13456, algorithms 2 and 4");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        double sigma = from.sigma();
        List<Stage> stages = new ArrayList<>();
        for (int i = 0; i < corrections; i++) {
            stages.add(Stage.of(from, Combination.SAMPLE.withEpsilon(-1 / sigma).withNoise(1)).withScaling(new Langevin(snr)));
        }
        double variance = (sigma - grid.to(step).sigma()) * (sigma + grid.to(step).sigma());
        stages.add(Stage.of(from, Combination.SAMPLE.withEpsilon(-variance / sigma).withNoise(Math.sqrt(variance))));
        return stages;
    }
}
