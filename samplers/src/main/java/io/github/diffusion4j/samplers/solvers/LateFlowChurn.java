package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * Heun's method for flows with churn as Diffusers has it: noise is added after the network was evaluated, scaled as if the path were
 * variance exploding. With {@code u^ = u (1 + gamma)}, {@code x^ = x + noise sqrt(u^^2 - u^2) z}:
 * {@code x' = x^ + (u' - u^) (u / u^ v + v') / 2}. {@link Churn} is the method of the paper.
 *
 * @param gamma the relative lift
 * @param lowest the lowest time that is lifted
 * @param highest the highest time that is lifted
 * @param noise the standard deviation of the noise
 */
public record LateFlowChurn(double gamma, double lowest, double highest, double noise) implements Solver {

    @Override
    public SolverTraits traits() {
        return new SolverTraits(1, 1, 2, 0, "Diffusers, FlowMatchHeunDiscreteScheduler");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        double u = from.sigma();
        if (u < lowest || u > highest) {
            return new Heun(Coordinate.FLOW).stages(grid, step);
        }
        double lifted = u * (1 + gamma);
        double length = to.sigma() - lifted;
        double share = u / lifted;
        Combination churned = Combination.SAMPLE.withNoise(noise * Math.sqrt(lifted * lifted - u * u));
        Stage euler = Stage.of(from, churned.withEpsilon(length * share).withData(-length * share));
        if (to.sigma() == 0) {
            return List.of(euler);
        }
        return List.of(euler.withAnchor(churned).withRemember(Combination.ZERO.withEpsilon(share).withData(-share)),
                Stage.of(to, Combination.ANCHOR.withMemory(length / 2, length / 2)).withRemember(Combination.ZERO.withEpsilon(1).withData(-1)));
    }
}
