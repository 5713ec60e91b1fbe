package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * The Euler-Maruyama method for the reverse variance-preserving SDE with the rate {@code beta(t) = betaMin + t (betaMax - betaMin)} (Song et al.,
 * arXiv:2011.13456, equation 6 and appendix D): {@code x' = x + beta dt (x / 2 + score) + sqrt(beta dt) z}, {@code score = -eps / sigma}.
 *
 * @param betaMin the rate at time 0
 * @param betaMax the rate at time 1
 * @param length the length dt of a step
 */
public record EulerMaruyama(double betaMin, double betaMax, double length) implements Solver {

    @Override
    public SolverTraits traits() {
        return new SolverTraits(1, 1, 1, 0, "Song et al., arXiv:2011.13456, equation 6");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        double rate = (betaMin + from.time() * (betaMax - betaMin)) * length;
        return List.of(Stage.of(from, Combination.ZERO.withSample(1 + rate / 2).withEpsilon(-rate / from.sigma()).withNoise(Math.sqrt(rate))));
    }
}
