package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * Euler's method with churn as Diffusers has it: the noise is added after the network was evaluated, so the estimate belongs to a
 * sample that the update does not use. {@code Churn} is the method of the paper (Karras et al., arXiv:2206.00364, algorithm 2).
 * With {@code s^ = s (1 + gamma)} and {@code x^ = x + noise sqrt(s^^2 - s^2) z}, in the variance-exploding coordinate:
 * <pre>
 *   D^ = (weight of x in the data estimate) (x^ - x) + D       epsilon prediction takes s^ for s as well
 *   x' = x^ + (s' - s^) (x^ - D^) / s^
 * </pre>
 *
 * @param gamma the largest lift, {@code min(s_churn / n, sqrt 2 - 1)}
 * @param sigmaMin the lowest sigma that is lifted
 * @param sigmaMax the highest sigma that is lifted
 * @param noise the standard deviation of the noise
 * @param parameterization what the network outputs
 */
public record LateChurn(double gamma, double sigmaMin, double sigmaMax, double noise, Parameterization parameterization) implements Solver {

    @Override
    public SolverTraits traits() {
        return new SolverTraits(1, 1, 1, 0, "Diffusers, EulerDiscreteScheduler");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        double sigma = from.sigma();
        boolean lifts = gamma > 0 && sigma >= sigmaMin && sigma <= sigmaMax;
        if (!lifts) {
            return List.of(Stage.of(from, Coordinate.EDM.euler(from, to)));
        }
        double lifted = sigma * (1 + gamma);
        double fresh = noise * Math.sqrt(lifted * lifted - sigma * sigma);
        double keep = to.sigma() / lifted;
        double seen = parameterization.data(from).first();
        Combination next = Combination.ZERO.withSample(keep).withData(1 - keep).withNoise(keep * fresh + (1 - keep) * seen * fresh);
        if (isEpsilon()) {
            next = Combination.ZERO.withSample(1).withEpsilon(to.sigma() - lifted).withNoise(fresh);
        }
        return List.of(Stage.of(from, next));
    }

    private boolean isEpsilon() {
        Parameterization.Weights target = parameterization.target(new NoiseLevel(0, 1, 1));
        return target.first() == 0 && target.second() == 1;
    }
}
