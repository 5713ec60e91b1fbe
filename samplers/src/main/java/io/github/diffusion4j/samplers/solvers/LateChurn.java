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
 * With {@code s^ = s (1 + gamma)}, {@code x^ = x + noise sqrt(s^^2 - s^2) z} and the network's weights p, q of sample and output in the data estimate, taken at s or s^,
 * in the variance-exploding coordinate:
 * <pre>
 *   D^ = p x^ + q output,   x' = x^ + (s' - s^) (x^ - D^) / s^
 * </pre>
 *
 * @param gamma the largest lift, {@code min(s_churn / n, sqrt 2 - 1)}
 * @param sigmaMin the lowest sigma that is lifted
 * @param sigmaMax the highest sigma that is lifted
 * @param noise the standard deviation of the noise
 * @param parameterization what the network outputs
 * @param liftsEstimate whether its weights are taken at s^ (Diffusers: epsilon and EDM networks) or at s
 */
public record LateChurn(double gamma, double sigmaMin, double sigmaMax, double noise, Parameterization parameterization, boolean liftsEstimate)
        implements Solver {

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
        Parameterization.Weights seen = parameterization.data(from);
        Parameterization.Weights taken = liftsEstimate ? parameterization.data(new NoiseLevel(from.time(), 1, lifted)) : seen;
        double share = taken.second() / seen.second();
        Combination next = Combination.ZERO.withSample(keep + (1 - keep) * (taken.first() - share * seen.first()))
                .withData((1 - keep) * share).withNoise(fresh * (keep + (1 - keep) * taken.first()));
        return List.of(Stage.of(from, next));
    }
}
