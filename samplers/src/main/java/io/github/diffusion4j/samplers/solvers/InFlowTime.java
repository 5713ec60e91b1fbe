package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.LevelCurve;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * A solver written for {@code y = x / alpha} and {@code s = sigma / alpha}, in {@code y = x / (alpha + sigma)} and {@code tau = sigma / (alpha + sigma)} instead, which obeys the same equation
 * {@code dy / dtau = (y - x0) / tau}: what k-diffusion's samplers do when they are given the times of a flow for sigmas, as ComfyUI gives them. Pure noise is no edge there.
 *
 * <p>Fresh noise is the solver's own for variance-exploding levels, which in flows is too much; what ComfyUI does there is recorded, not recommended.
 *
 * @param solver the solver, of remembered estimates of the data
 */
public record InFlowTime(Solver solver) implements Solver {

    @Override
    public SolverTraits traits() {
        return solver.traits();
    }

    private static double time(NoiseLevel level) {
        return Coordinate.FLOW.time(level);
    }

    private static NoiseLevel exploding(double tau) {
        return new NoiseLevel(tau, 1, tau);
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        LevelCurve curve = InFlowTime::exploding;
        TimeGrid mapped = new TimeGrid(grid.starts().stream().map(level -> exploding(time(level))).toList(), grid.ends().stream().map(level -> exploding(time(level))).toList(), curve, grid.first(), grid.last());
        List<Stage> inner = solver.stages(mapped, step);
        List<NoiseLevel> levels = new ArrayList<>();
        inner.forEach(stage -> levels.add(level(grid, step, stage.level().sigma())));
        levels.add(grid.to(step));
        List<Stage> stages = new ArrayList<>();
        for (int i = 0; i < inner.size(); i++) {
            Stage stage = inner.get(i);
            double from = Coordinate.FLOW.scale(levels.get(i));
            stages.add(Stage.of(levels.get(i), scaled(stage.next(), from, Coordinate.FLOW.scale(levels.get(i + 1)))).withAnchor(scaled(stage.anchor(), from, 1)).withRemember(scaled(stage.remember(), from, 1)));
        }
        return stages;
    }

    private static NoiseLevel level(TimeGrid grid, int step, double tau) {
        return tau == time(grid.from(step)) ? grid.from(step) : tau == time(grid.to(step)) ? grid.to(step) : grid.curve().atEdmSigma(tau / (1 - tau));
    }

    /** The anchor is kept in y. */
    private static Combination scaled(Combination c, double from, double to) {
        double[] memory = c.memory().stream().mapToDouble(weight -> weight * to).toArray();
        return new Combination(c.sample() * to / from, c.anchor() * to, c.data() * to, c.base() * to, 0, List.of(), c.noise() * to).withMemory(memory);
    }
}
