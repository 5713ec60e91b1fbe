package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * PNDM (Liu et al., arXiv:2202.09778, equations 11 to 13): DDIM's transfer with the noise averaged by a Runge-Kutta start (PRK, four
 * evaluations for each of the first three steps) and Adams-Bashforth weights afterwards (PLMS). Without PRK the first step is
 * taken twice, the second time with the mean of the noise at both its ends.
 * <pre>
 *   x' = (alpha' / alpha) x + alpha' (sigma' / alpha' - sigma / alpha) e*
 *   PRK   e* = (e1 + 2 e2 + 2 e3 + e4) / 6          e2, e3 at half the timesteps
 *   PLMS  e* = (55 e - 59 e_1 + 37 e_2 - 9 e_3) / 24, lower orders while history grows
 * </pre>
 * The weights are those of equal steps in a coordinate where the steps are not equal: order 2 on smooth grids.
 *
 * @param schedule where half steps lie, by timestep
 * @param stride the number of timesteps of a step, Diffusers' T / n
 * @param skipPrk whether the Runge-Kutta start is left out
 * @param velocity whether the network's velocity is averaged instead of its noise, and turned into noise at the step's start
 */
public record Pndm(NoiseSchedule schedule, int stride, boolean skipPrk, boolean velocity) implements Solver {

    private static final int PRK_STEPS = 3;
    private static final int PRK_STAGES = 4;

    @Override
    public SolverTraits traits() {
        return new SolverTraits(2, 0, 1, 3, "Liu et al., arXiv:2202.09778, equations 11 to 13");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        int done = grid.history(step);
        if (!skipPrk && done < prkSteps(grid)) {
            return rungeKutta(grid, step);
        }
        return skipPrk && done == 0 && grid.steps() > 1 ? twice(grid, step) : List.of(multistep(grid, step));
    }

    private static int prkSteps(TimeGrid grid) {
        return Math.min(PRK_STEPS, grid.steps() - 1);
    }

    private List<Stage> rungeKutta(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel to = grid.to(step);
        int half = stride / 2;
        NoiseLevel middle = schedule.at(to.time() + half);
        return List.of(remembering(from, transfer(from, schedule.at(from.time() - half), 1)).withAnchor(Combination.SAMPLE),
                remembering(middle, transfer(from, middle, 1)),
                remembering(middle, transfer(from, to, 1)),
                remembering(to, transfer(from, to, 1 / 6.0, 1 / 3.0, 1 / 3.0, 1 / 6.0)));
    }

    private List<Stage> twice(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        NoiseLevel second = grid.from(step + 1);
        NoiseLevel base = schedule.at(second.time() + stride);
        Combination raw = raw(second);
        Combination mean = transfer(base, second, 0.5);
        double weight = mean.memory().get(0);
        return List.of(remembering(from, transfer(from, grid.to(step), 1)).withAnchor(Combination.SAMPLE),
                Stage.of(second, mean.withData(weight * raw.data()).withEpsilon(weight * raw.epsilon())));
    }

    private Stage multistep(TimeGrid grid, int step) {
        NoiseLevel from = grid.from(step);
        int done = grid.history(step);
        int prk = skipPrk ? 0 : prkSteps(grid);
        double[] weights = AdamsBashforth.weights(done + 1);
        List<Double> memory = new ArrayList<>();
        for (int j = 0; j < weights.length; j++) {
            int place = j <= done - prk ? j : done - prk + (j - (done - prk)) * PRK_STAGES;
            while (memory.size() < place) {
                memory.add(0.0);
            }
            memory.add(weights[j]);
        }
        double[] placed = memory.stream().mapToDouble(Double::doubleValue).toArray();
        return remembering(from, transfer(from, grid.to(step), placed)).withAnchor(Combination.SAMPLE);
    }

    private Stage remembering(NoiseLevel level, Combination next) {
        return Stage.of(level, next).withRemember(raw(level));
    }

    /** What is averaged: the noise, or the velocity {@code alpha eps - sigma x0}. */
    private Combination raw(NoiseLevel level) {
        return velocity ? Combination.ZERO.withEpsilon(level.alpha()).withData(-level.sigma()) : Combination.ZERO.withEpsilon(1);
    }

    /** DDIM's transfer from the anchor, with the average of remembered predictions for the noise. */
    private Combination transfer(NoiseLevel from, NoiseLevel to, double... weights) {
        double noise = Coordinate.EDM.weight(from, to);
        double carry = Coordinate.EDM.carry(from, to) + (velocity ? noise * from.sigma() : 0);
        double scale = velocity ? noise * from.alpha() : noise;
        return Combination.ZERO.withAnchor(carry).withMemory(java.util.Arrays.stream(weights).map(w -> w * scale).toArray());
    }
}
