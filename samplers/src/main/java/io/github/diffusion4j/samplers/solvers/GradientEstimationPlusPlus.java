package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * Gradient estimation (Permenter and Yuan, arXiv:2306.04848, algorithm 2) for CFG++: in {@code y = x / alpha}, with the noise {@code e = (y - U) / s} that the estimate without guidance leaves and e'
 * that of the step before,
 * <pre>
 *   y' = D + s' e + (gamma - 1) (e - e') (s' - s)
 * </pre>
 * The first step has no e', and the step to clean data takes D. Source: ComfyUI's {@code gradient_estimation_cfg_pp}.
 *
 * @param gamma how far the noise is extrapolated, 1 for not at all; 2 is published
 */
public record GradientEstimationPlusPlus(double gamma) implements Solver {

    /** Checks the factor. */
    public GradientEstimationPlusPlus {
        if (!Double.isFinite(gamma)) {
            throw new IllegalArgumentException("gamma must be finite, got " + gamma);
        }
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(1, 0, 1, 1, "Permenter and Yuan, arXiv:2306.04848, algorithm 2");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        double s = from.edmSigma();
        Combination noise = Combination.ZERO.withSample(1 / from.sigma()).withBase(-1 / s);
        if (PureNoise.touches(grid, step) || grid.still(step)) {
            return List.of(PureNoise.step(grid, step, 0).withRemember(noise));
        }
        Combination next = PlusPlus.first(from, to, AncestralStep.of(s, to.edmSigma(), 0));
        History history = History.withSignal(grid, step, 2);
        if (history.size() == 2 && to.sigma() > 0) {
            double extra = to.alpha() * (gamma - 1) * (to.edmSigma() - s);
            next = next.withMemory(history.memory(extra, -extra));
        }
        return List.of(Stage.of(from, next).withRemember(noise));
    }
}
