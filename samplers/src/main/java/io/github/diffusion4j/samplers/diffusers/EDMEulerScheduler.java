package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.schedules.networks.EdmNetwork;

/**
 * Euler's method for EDM networks (Karras et al., arXiv:2206.00364). The argument {@code sigmas} holds places of the ramp from 0 to 1, not noise levels, and
 * churn adds its noise after the network was evaluated, both as in Diffusers.
 */
public final class EDMEulerScheduler extends EdmScheduler {

    private static final long serialVersionUID = 1;

    EDMEulerScheduler(DiffusersConfig config) {
        super(config, EdmNetwork.Time.QUARTER_LOG);
    }

    @Override
    Solver solver(Settings run, int steps) {
        return ChurnArguments.of(run, steps).late(parameterization(), true);
    }

    @Override
    double floor(double[] sigmas) {
        return sigmas[sigmas.length - 1];
    }
}
