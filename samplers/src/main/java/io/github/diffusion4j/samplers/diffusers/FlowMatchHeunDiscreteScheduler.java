package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.solvers.LateFlowChurn;

/** Heun's method for flow matching: the mean of the velocities at both ends of a step, the last step Euler's. */
public final class FlowMatchHeunDiscreteScheduler extends FlowScheduler {

    private static final long serialVersionUID = 1;

    FlowMatchHeunDiscreteScheduler(DiffusersConfig config) {
        super(config);
    }

    @Override
    Solver solver(Settings run, int steps) {
        ChurnArguments churn = ChurnArguments.of(run, 2 * steps - 1);
        return churn.gamma() == 0 ? new Heun(Coordinate.FLOW) : new LateFlowChurn(churn.gamma(), churn.sigmaMin(), churn.sigmaMax(), churn.noise());
    }
}
