package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.util.List;

/**
 * One solver inside a window of steps, another outside: noise where a policy is trained, the ODE elsewhere. Steps count over the whole grid. At an edge of the window the solver that takes over starts
 * without memory. Nothing undoes the noise of a run's last step, so that a window should leave it out. Source: Li et al., MixGRPO, arXiv:2507.21802; Flow-GRPO's "fast" runs.
 *
 * @param inside the solver of the window
 * @param outside the solver of the steps before and behind it
 * @param from the first step of the window, from 0
 * @param to the step behind it; an empty window is the outside alone
 */
public record Windowed(Solver inside, Solver outside, int from, int to) implements Solver {

    /** Checks the window. */
    public Windowed {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("a window of steps starts at 0 or later and does not end before it starts, got [" + from + ", " + to + ")");
        }
    }

    @Override
    public SolverTraits traits() {
        SolverTraits in = inside.traits();
        SolverTraits out = outside.traits();
        boolean overlapping = in.overlappingDraws() || out.overlappingDraws();
        return new SolverTraits(Math.min(in.order(), out.order()), Math.min(in.coldOrder(), out.coldOrder()), weakOrder(in, out), Math.max(in.evaluationsPerStep(), out.evaluationsPerStep()),
                Math.max(in.history(), out.history()), overlapping, in.citation() + "; " + out.citation());
    }

    /** The lower of two orders, where a solver without noise has its own. */
    private static int weakOrder(SolverTraits in, SolverTraits out) {
        boolean stochastic = in.stochastic() || out.stochastic();
        return stochastic ? Math.min(in.stochastic() ? in.weakOrder() : in.order(), out.stochastic() ? out.weakOrder() : out.order()) : 0;
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        boolean within = step >= from && step < to;
        int since = within ? from : step < from ? 0 : to;
        return (within ? inside : outside).stages(grid.slice(Math.max(grid.first(), since), grid.last()), step);
    }
}
