package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * Heun's method (Karras et al., arXiv:2206.00364, algorithm 1): the mean of the slopes at both ends,
 * <pre>
 *   y1 = y + (tau' - tau) d(y, tau)
 *   y' = y + (tau' - tau) (d(y, tau) + d(y1, tau')) / 2
 * </pre>
 * A step to clean data is Euler's, since the slope is not known there.
 *
 * @param coordinate the coordinate in which slopes are averaged
 */
public record Heun(Coordinate coordinate) implements Solver {

    @Override
    public SolverTraits traits() {
        return new SolverTraits(2, 0, 2, 0, "Karras et al., arXiv:2206.00364, algorithm 1");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        if (coordinate.leaves(grid, step)) {
            return List.of(PureNoise.step(grid, step, 0));
        }
        Stage euler = Stage.of(from, coordinate.euler(from, to));
        if (to.sigma() == 0) {
            return List.of(euler);
        }
        double half = coordinate.weight(from, to) / 2;
        Combination average = Combination.ZERO.withAnchor(coordinate.carry(from, to)).withMemory(half, half);
        return List.of(euler.withAnchor(Combination.SAMPLE).withRemember(coordinate.slope(from)),
                Stage.of(to, average).withRemember(coordinate.slope(to)));
    }
}
