package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * Heun++ as it was published with code (ComfyUI's {@code heunpp2}): slopes at the start, and by Euler's method at the end of the step and of the next one, weighted by their times in
 * units of three times the run's first,
 * <pre>
 *   w2 = tau' / (3 tau_0),  w3 = tau'' / (3 tau_0),  y' = y + (tau' - tau) ((1 - w2 - w3) d + w2 d2 + w3 d3)
 * </pre>
 * The last step but one has two slopes and 2 for 3, the last is Euler's. The weights do not follow from any expansion, the order is 1, and a run towards the noise, whose
 * first time is its least, is refused.
 *
 * @param coordinate the coordinate of slopes
 * @param first the first time of the run, 0 for that of its grid
 */
public record HeunPlusPlus(Coordinate coordinate, double first) implements Solver {

    private static final int SLOPES = 3;

    @Override
    public SolverTraits traits() {
        return new SolverTraits(1, 0, SLOPES, 0, "ComfyUI, sample_heunpp2");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        if (grid.from(0).edmSigma() < grid.to(grid.steps() - 1).edmSigma()) {
            throw new IllegalArgumentException("Heun++ weighs slopes by the first time of a run, which towards the noise is the least, so that weights explode; take Heun");
        }
        if (coordinate.leaves(grid, step) || !coordinate.reaches(grid.from(0))) {
            return List.of(PureNoise.step(grid, step, 0));
        }
        Stage one = Stage.of(from, coordinate.euler(from, to));
        if (step == grid.steps() - 1) {
            return List.of(one);
        }
        boolean three = step < grid.steps() - 2;
        double whole = (three ? SLOPES : 2) * (first > 0 ? first : coordinate.time(grid.from(0)));
        NoiseLevel beyond = grid.to(step + 1);
        double second = coordinate.time(to) / whole;
        double third = three ? coordinate.time(beyond) / whole : 0;
        double way = coordinate.weight(from, to);
        double[] memory = three ? new double[] {way * third, way * second, way * (1 - second - third)} : new double[] {way * second, way * (1 - second)};
        Combination next = Combination.ZERO.withAnchor(coordinate.carry(from, to)).withMemory(memory);
        Stage begin = one.withAnchor(Combination.SAMPLE).withRemember(coordinate.slope(from));
        Stage last = Stage.of(three ? beyond : to, next).withRemember(coordinate.slope(three ? beyond : to));
        return three ? List.of(begin, Stage.of(to, coordinate.euler(to, beyond)).withRemember(coordinate.slope(to)), last) : List.of(begin, last);
    }
}
