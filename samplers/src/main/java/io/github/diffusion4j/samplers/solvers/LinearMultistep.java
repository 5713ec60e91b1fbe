package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.Arrays;
import java.util.List;

/**
 * The Adams-Bashforth method on an uneven grid, k-diffusion's LMS: the polynomial through the last slopes is integrated
 * exactly (Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section III.5),
 * <pre>
 *   y' = y + sum_j d_(i-j) * integral_tau^tau' prod_(m != j) (u - tau_(i-m)) / (tau_(i-j) - tau_(i-m)) du
 * </pre>
 * The first steps have less history and a lower order; the order is reached with exact history.
 *
 * @param order the number of slopes, 1 to 16
 * @param coordinate the coordinate in which slopes are polynomials
 * @param convention Diffusers takes steps that a late start skips for history: it uses their weights and leaves out the
 *     slopes it does not have, an inconsistent first few steps
 */
public record LinearMultistep(int order, Coordinate coordinate, Convention convention) implements Solver {

    /** Checks the order. */
    public LinearMultistep {
        History.checkOrder("order", order, 1);
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(order, 0, 1, order - 1, "Hairer, Norsett and Wanner, Solving ODEs I, section III.5").withColdOrderAtMost(2);
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        Stage stage = coordinate.leaves(grid, step) ? PureNoise.step(grid, step, 0) : Stage.of(from, next(grid, step));
        return List.of(stage.withRemember(coordinate.slope(from)));
    }

    private Combination next(TimeGrid grid, int step) {
        if (grid.still(step)) {
            return Combination.SAMPLE;
        }
        NoiseLevel to = grid.to(step);
        int known = grid.history(step) + 1;
        History history = History.of(grid, step, convention == Convention.DIFFUSERS ? step + 1 : known, order, coordinate::reaches);
        double[] times = history.map(i -> coordinate.time(grid.from(i)));
        double[] weights = history.memory(Lagrange.integrals(times, times[0], coordinate.time(to)));
        double[] scaled = Arrays.stream(weights).limit(known).map(w -> w * coordinate.scale(to)).toArray();
        return Combination.ZERO.withSample(coordinate.carry(grid.from(step), to)).withMemory(scaled);
    }
}
