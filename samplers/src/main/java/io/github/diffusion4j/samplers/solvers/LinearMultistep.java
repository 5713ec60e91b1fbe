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
 * Multistep methods on slopes: k-diffusion's LMS, which is Adams and Bashforth's on an uneven grid, iPNDM, gradient estimation, and what ComfyUI calls deis. The slopes that are remembered are weighted
 * by what {@link SlopeWeights} makes of their times,
 * <pre>
 *   y' = y + sum_j w_j d_(i-j),   exact: w_j = integral_tau^tau' prod_(m != j) (u - tau_(i-m)) / (tau_(i-j) - tau_(i-m)) du
 * </pre>
 * (Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section III.5.) The first steps have less history and a lower order; the order is reached with exact history.
 *
 * @param order the number of slopes, 1 to 16, or to the most that there are weights for
 * @param coordinate the coordinate in which slopes are polynomials
 * @param weights how slopes are weighted
 * @param convention Diffusers takes steps that a late start skips for history: it uses their weights and leaves out the
 *     slopes it does not have, an inconsistent first few steps
 */
public record LinearMultistep(int order, Coordinate coordinate, SlopeWeights weights, Convention convention) implements Solver {

    /** Checks the order. */
    public LinearMultistep {
        History.checkOrder("order", order, 1);
        if (order > weights.most()) {
            throw new IllegalArgumentException("there are weights for at most " + weights.most() + " slopes, got order " + order + "; SlopeWeights.EXACT has any");
        }
    }

    /**
     * Adams and Bashforth's method on an uneven grid.
     *
     * @param order the number of slopes, 1 to 16
     * @param coordinate the coordinate in which slopes are polynomials
     * @param convention whose history
     */
    public LinearMultistep(int order, Coordinate coordinate, Convention convention) {
        this(order, coordinate, SlopeWeights.EXACT, convention);
    }

    /**
     * iPNDM: weights of equal steps, whatever the steps are (Zhang and Chen, arXiv:2204.13902, appendix H).
     *
     * @param order the most slopes, 1 to 4
     * @return the solver, in {@link Coordinate#EDM}
     */
    public static LinearMultistep ipndm(int order) {
        return new LinearMultistep(order, Coordinate.EDM, SlopeWeights.EQUAL_STEPS, Convention.EXACT);
    }

    /**
     * Gradient estimation (Permenter and Yuan, arXiv:2306.04848, algorithm 2).
     *
     * @param gamma the weight of the newest slope; 2 is published
     * @return the solver, in {@link Coordinate#EDM}
     */
    public static LinearMultistep gradientEstimation(double gamma) {
        return new LinearMultistep(2, Coordinate.EDM, SlopeWeights.gradientEstimation(gamma), Convention.EXACT);
    }

    @Override
    public SolverTraits traits() {
        return new SolverTraits(weights.order(order), 0, 1, order - 1, weights.citation()).withColdOrderAtMost(2);
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
        History history = History.of(grid, step, convention == Convention.DIFFUSERS ? step + 1 : known, weights.endsPlain() && to.sigma() == 0 ? 1 : order, coordinate::reaches);
        double[] times = history.map(i -> coordinate.time(grid.from(i)));
        double[] memory = history.memory(weights.of(times, coordinate.time(to)));
        double[] scaled = Arrays.stream(memory).limit(known).map(w -> w * coordinate.scale(to)).toArray();
        return Combination.ZERO.withSample(coordinate.carry(grid.from(step), to)).withMemory(scaled);
    }
}
